// PkgWatch's templates as stacks of the CDK: what one stack takes from another is a reference.
const { readFileSync } = require("fs");
const { App, Stack } = require("aws-cdk-lib");
const { CfnInclude } = require("aws-cdk-lib/cloudformation-include");
const { Asset } = require("aws-cdk-lib/aws-s3-assets");

const app = new App({ analyticsReporting: false });
const made = {};
for (const { name, inputs, template, code } of JSON.parse(readFileSync("job.json"))) {
  const stack = new Stack(app, name, { env: { account: "000000000000", region: "us-east-1" } });
  const parameters = {};
  for (const [parameter, [from, output]] of Object.entries(inputs)) {
    parameters[parameter] = made[from].getOutput(output).value;
  }
  made[name] = new CfnInclude(stack, "Included", { templateFile: template, parameters });
  const assets = {};
  for (const [id, [property, path]] of Object.entries(code)) {
    assets[path] ??= new Asset(stack, `Asset${Object.keys(assets).length}`, { path });
    const place = { S3Bucket: assets[path].s3BucketName, S3Key: assets[path].s3ObjectKey };
    made[name].getResource(id).addPropertyOverride(property, place);
  }
}
app.synth();
