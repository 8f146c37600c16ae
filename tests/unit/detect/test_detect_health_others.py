"""The health paths that frameworks of other languages bring."""

import pytest

from support.detect_room import detected

IMAGE = "FROM company/base:1\nCMD serve\n"
POM = "<artifactId>spring-boot-starter-actuator</artifactId>\n"


@pytest.mark.parametrize(
    ("files", "path", "where"),
    [
        ({"config/routes.rb": "draw do\n  get 'up' => 'rails/health#show', as: :x\n"}, "/up", "config/routes.rb:2"),
        ({"config/routes.rb": "get '/alive', to: 'rails/health#show'\n"}, "/alive", "config/routes.rb:1"),
        ({"bootstrap/app.php": "->withRouting(\n  health: '/up',\n)"}, "/up", "bootstrap/app.php:2"),
        ({"pom.xml": f"<project>\n{POM}"}, "/actuator/health", "pom.xml:2"),
        ({"build.gradle": "use 'o.x:spring-boot-starter-actuator'"}, "/actuator/health", "build.gradle:1"),
    ],
)
def test_the_frameworks_own_health_path_is_found(files: dict[str, str], path: str, where: str) -> None:
    detection = detected({**files, "Dockerfile": IMAGE})

    assert detection.health is not None
    assert (detection.health.path, detection.health.where, detection.defaults.health_path) == (path, where, path)


@pytest.mark.parametrize(
    "files",
    [
        {"config/routes.rb": "# get 'up' => 'rails/health#show'\nget 'up' => 'pages#up'\n"},
        {"pom.xml": POM, "src/main/resources/application.yml": "management:\n  endpoints.web.base-path: /manage\n"},
        {"pom.xml": POM, "src/main/resources/application.properties": "server.servlet.context-path=/shop\n"},
        {"pom.xml": "<artifactId>spring-boot-starter-web</artifactId>"},
    ],
)
def test_a_path_that_a_setting_moves_is_left_out(files: dict[str, str]) -> None:
    assert detected({**files, "Dockerfile": IMAGE}).health is None


def test_the_dockerfiles_own_check_comes_first() -> None:
    detection = detected({"pom.xml": POM, "Dockerfile": f"{IMAGE}HEALTHCHECK CMD curl -f http://localhost/alive\n"})

    assert detection.defaults.health_path == "/alive"


@pytest.mark.parametrize(
    ("rules", "path"),
    [
        ("auth.anyRequest().authenticated()", None),
        ('auth.requestMatchers("/actuator/**").permitAll().anyRequest().authenticated()', "/actuator/health"),
        ("auth.requestMatchers(EndpointRequest.to(HealthEndpoint.class)).permitAll()", "/actuator/health"),
        ("", "/actuator/health"),
    ],
)
def test_a_path_that_the_app_s_own_rules_guard_is_left_out(rules: str, path: str | None) -> None:
    security = (
        f"@Bean SecurityFilterChain rules(HttpSecurity http) {{ http.authorize(auth -> {rules}) }}" if rules else ""
    )
    files = {
        "pom.xml": f"{POM}<artifactId>spring-boot-starter-security</artifactId>\n",
        "src/main/java/shop/Security.java": security,
        "Dockerfile": IMAGE,
    }

    assert detected(files).defaults.health_path == path
