"""What people ask of certificates: how the domains stand, that one of their own is presented, that one goes, that one
is ordered now."""

from collections.abc import Mapping, Sequence

from fairway.certificates import reading
from fairway.certificates.keeper import Keeper, routed
from fairway.domain import certificate_names
from fairway.domain.certificate_standing import Sight, moment, stand
from fairway.domain.certificate_times import earliest
from fairway.domain.certificates import Certificate, Failure, Origin, Standing
from fairway.domain.ids import AppName
from fairway.errors import Conflict, NotFound, UsageError
from fairway.ports.balancer import Route


class CertificateDesk:
    """Answers them. `closed` says why nothing is presented on this server, "" when it is; `mend` what to do then."""

    def __init__(self, keeper: Keeper, *, closed: str = "", mend: str = "") -> None:
        self._keeper = keeper
        self._parts = keeper.parts
        self._closed = closed
        self._mend = mend

    async def listed(self, app: AppName | None) -> Sequence[Standing]:
        """How each host name stands that has a route, those of one app or (None) of all, by name. Raises
        Unavailable."""
        routes = await self._routes()
        sights = await self._sights()
        now = self._parts.clock.now()
        return [
            self._stand(host, route, sights, now)
            for host, route in sorted(routes.items())
            if app is None or route.app == app
        ]

    async def give(self, host: str, chain: str, key: str) -> Standing:
        """Keep and present the operator's own certificate: `chain` and `key` in PEM. From then on none is ordered for
        the host; the operator renews it.

        Raises NotFound when the host has no route, Conflict when nothing is presented here, UsageError that says what
        is wrong with the certificate, Unavailable when the load balancer or the store is down.
        """
        host = host.lower()
        self._require_open()
        await self._require_route(host)
        certificate, pem = reading.join(host, chain, key, self._parts.clock.now())
        async with self._keeper.turn:
            # Presented first: the load balancer alone knows all that it takes. When this is as far as it comes, the
            # keeper presents what is kept again.
            await self._parts.terminator.present(host, pem)
            await self._parts.certificates.put(certificate, pem)
        await self._keeper.tell("certificate.given", f"{host} was given a certificate by {certificate.issuer}", host)
        self._keeper.wake()
        return await self._standing(host)

    async def remove(self, host: str) -> None:
        """Forget the host's certificate and present it no more. After one that was given, one is ordered.

        Raises NotFound when it has none; Conflict when another one would be ordered in its place at once.
        """
        host = host.lower()
        async with self._keeper.turn:
            certificate = (await self._kept()).get(host)
            if certificate is None:
                raise NotFound(f"{host} has no certificate", hint="fairway certificates shows which there are")
            if certificate.origin is Origin.ORDERED and host in await self._routes() and not self._unsigned(host):
                raise Conflict(
                    f"the certificate of {host} is not removed",
                    why="the domain is served, so another one would be ordered at once",
                    hint=f"take the domain out of fairway.toml; or, for a new key: fairway certificates order {host}",
                )
            await self._parts.certificates.remove(host)
            await self._parts.terminator.withdraw(host)
        await self._keeper.tell("certificate.removed", f"the certificate of {host} was removed", host)
        self._keeper.wake()

    async def again(self, host: str) -> Standing:
        """Order for the host now, whatever it waits for; one that has a certificate gets a new one with a new key.
        Returns before that has come.

        Raises UsageError with the cause when the host can have none; Conflict when it has no route, when its
        certificate was given, or when an order now would come too near to an authority's limits.
        """
        host = host.lower()
        if cause := self._unsigned(host):
            raise UsageError(f"no certificate can be ordered for {host}", why=cause)
        if host not in await self._routes():
            raise Conflict(
                f"no certificate is ordered for {host}",
                why="it has no route, so no authority would be answered",
                hint="add it to domains in fairway.toml, and deploy",
            )
        sight = (await self._sights()).get(host, Sight())
        if sight.certificate is not None and sight.certificate.origin is Origin.GIVEN:
            raise Conflict(
                f"no certificate is ordered for {host}",
                why="it has one that an operator gave",
                hint=f"fairway certificates remove {host} takes that away",
            )
        if self._parts.clock.now() < (first := earliest(sight.certificate, sight.failure)):
            raise Conflict(
                f"no certificate is ordered for {host} before {moment(first)}",
                why="authorities allow few orders of a name in an hour, and the latest was a moment ago",
            )
        self._keeper.hurry(host)
        return await self._standing(host)

    async def _standing(self, host: str) -> Standing:
        route = await self._require_route(host)
        return self._stand(host, route, await self._sights(), self._parts.clock.now())

    def _stand(self, host: str, route: Route, sights: Mapping[str, Sight], now: float) -> Standing:
        sight = sights.get(host) or Sight(ordering=self._keeper.is_ordering(host), unsigned=self._parts.unsigned)
        return stand(host, route.app, route.environment, sight, now)

    async def _sights(self) -> Mapping[str, Sight]:
        """What is known of each host that has a certificate or a failure."""
        kept = await self._kept()
        failed: Mapping[str, Failure] = {each.host: each for each in await self._parts.certificates.failures()}
        presented = await self._parts.terminator.presented()
        return {
            host: Sight(
                certificate=kept.get(host),
                failure=failed.get(host),
                presented=presented.get(host),
                ordering=self._keeper.is_ordering(host),
                unsigned=self._parts.unsigned,
            )
            for host in {*kept, *failed}
        }

    async def _kept(self) -> Mapping[str, Certificate]:
        return {each.host: each for each in await self._parts.certificates.all()}

    async def _routes(self) -> Mapping[str, Route]:
        return routed(await self._parts.balancer.routes())

    async def _require_route(self, host: str) -> Route:
        if (route := (await self._routes()).get(host)) is None:
            hint = "add it to domains in fairway.toml, and deploy"
            raise NotFound(f"no app is served under {host}", hint=hint)
        return route

    def _require_open(self) -> None:
        if self._closed:
            raise Conflict("nothing is served by TLS here", why=self._closed, hint=self._mend)

    def _unsigned(self, host: str) -> str:
        """Why no certificate is ever ordered for the host; "" when one is."""
        refusal = certificate_names.find_refusal(host)
        return f"{host} {refusal}" if refusal else self._parts.unsigned
