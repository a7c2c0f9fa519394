from troposphere import GetAtt, Ref, apigatewayv2

from pkgops.kit.web.access_log import HTTP_FORMAT, access_log
from pkgops.scope import Scope


def build(scope: Scope) -> None:
    api = scope.add(apigatewayv2.Api("Shop", Name="Shop", ProtocolType="HTTP"))
    calls = access_log(scope, "shop", days=14, http=True)
    written = apigatewayv2.AccessLogSettings(DestinationArn=GetAtt(calls, "Arn"), Format=HTTP_FORMAT)
    scope.add(apigatewayv2.Stage("Live", ApiId=Ref(api), StageName="$default", AccessLogSettings=written))
