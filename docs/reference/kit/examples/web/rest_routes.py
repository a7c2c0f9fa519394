from troposphere import Ref, apigateway

from pkgops.kit.function import Function, FunctionDefaults, functions
from pkgops.kit.triggers import Route
from pkgops.kit.web.cors import Cors
from pkgops.kit.web.rest_routes import add_routes
from pkgops.scope import Scope


def build(scope: Scope) -> None:
    """Routes of a private REST API of your own; `rest_api` adds them to the one it makes."""
    rows = [Function("list_orders", (Route("GET /orders"),))]
    made = functions(scope, FunctionDefaults("handlers/shop", "shop-"), rows)
    api = scope.add(
        apigateway.RestApi(
            "Api",
            Name=scope.named("shop"),
            EndpointConfiguration=apigateway.EndpointConfiguration(Types=["REGIONAL"]),
        )
    )
    add_routes(scope, api, "v1", Cors("https://shop.example", ("GET",), ("Content-Type",)), made.values())
    methods = sorted(
        title for title, found in scope.template.resources.items() if found.resource_type.endswith("Method")
    )
    deployment = scope.add(apigateway.Deployment("ApiDeployment1", RestApiId=Ref(api), DependsOn=methods))
    scope.add(apigateway.Stage("ApiStage", RestApiId=Ref(api), DeploymentId=Ref(deployment), StageName="v1"))
