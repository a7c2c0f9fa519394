// Which deployment is this? The file is written when the pages are published.

/** `{server, webUrl, cognito: {userPoolId, clientId, region, endpoint?}}` */
export async function readConfig() {
  const answer = await fetch("/api/config.json", {cache: "no-cache", headers: {Accept: "application/json"}});
  if (!answer.ok) throw new Error(`/api/config.json cannot be read (${answer.status}).`);
  const found = await answer.json();
  if (!found.server || !found.cognito) throw new Error("/api/config.json names no server or no user pool.");
  return found;
}
