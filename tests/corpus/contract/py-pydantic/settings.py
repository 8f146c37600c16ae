from typing import Literal

from pydantic import Field, PostgresDsn, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict

class Settings(BaseSettings):
    model_config = SettingsConfigDict(env_prefix="APP_")
    database_url: PostgresDsn
    workers: int = 4
    note: str | None = None
    token: SecretStr = Field(..., alias="TOKEN")
    mode: Literal["a", "b"]
    nested: Nested

class Other(BaseSettings):
    model_config = {"env_prefix": "OTHER_"}
    key: str

settings = Settings()
