from pydantic_settings import BaseSettings, SettingsConfigDict

class Exact(BaseSettings):
    model_config = SettingsConfigDict(case_sensitive=True, env_prefix="shop_")
    token: str

class Mounted(BaseSettings):
    model_config = SettingsConfigDict(secrets_dir="/run/secrets")
    mounted: str

exact = Exact()
mounted = Mounted()
app = None
