"""Settings of which other sites' pages may read answers."""

from typing import Annotated

from pydantic import AfterValidator, model_validator

from gateway.settings.section import HeaderName, Seconds, Section


def check_origin(origin: str) -> str:
    origin = origin.lower()  # as browsers write it (RFC 6454, section 6.2)
    bare = origin.removeprefix("http://").removeprefix("https://")
    if origin != "*" and (bare == origin or not bare or "/" in bare):
        raise ValueError("write an origin such as https://market.example.com, without a path, or '*' for all")
    return origin


Origin = Annotated[str, AfterValidator(check_origin)]


class Cors(Section):
    """What pages of other sites may do. Without origins, nothing."""

    origins: tuple[Origin, ...] = ()
    credentials: bool = False
    """Whether they may send the user's cookies."""
    request_headers: tuple[HeaderName, ...] = ()
    """Which headers they may send; without any, all."""
    response_headers: tuple[HeaderName, ...] = ()
    """Which headers of the answer they may read, beside those that every page may."""
    max_age: Seconds = 600.0
    """For how long a browser need not ask again."""

    @model_validator(mode="after")
    def check_credentials(self) -> "Cors":
        if self.credentials and "*" in self.origins:
            raise ValueError("cookies of every user to every site would be an open door: name the origins")
        return self
