"""Under which name of one's own is a REST API reached?"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from troposphere import GetAtt, Ref, apigateway, certificatemanager

from pkgops.kit.rest_api import RestApiResources
from pkgops.scope import Scope


@dataclass(frozen=True, slots=True)
class CustomDomain:
    """``target`` is what the name's DNS record points to, ``certificate`` the certificate's ARN."""

    target: Any
    certificate: Any


def custom_domain(scope: Scope, name: str, api: RestApiResources) -> CustomDomain:
    """Adds the domain with its certificate, mapped to the API's stage: addresses hold no stage.

    The certificate is proven by DNS: until its owner has published the record that Certificate Manager shows,
    the stack's deployment waits."""
    certificate = scope.add(certificatemanager.Certificate("ApiCertificate", DomainName=name, ValidationMethod="DNS"))
    domain = scope.add(
        apigateway.DomainName(
            "ApiDomain",
            DomainName=name,
            RegionalCertificateArn=Ref(certificate),
            EndpointConfiguration=apigateway.EndpointConfiguration(Types=["REGIONAL"]),
            SecurityPolicy="TLS_1_2",
        )
    )
    scope.add(
        apigateway.BasePathMapping(
            "ApiDomainMapping", DomainName=Ref(domain), RestApiId=Ref(api.api), Stage=Ref(api.stage)
        )
    )
    return CustomDomain(GetAtt(domain, "RegionalDomainName"), Ref(certificate))
