// The user pool: logins, as far as a page needs them.

import {begin, prove} from "/js/srp.js";

export class CognitoError extends Error {
  constructor(code, message) {
    super(message);
    this.code = code;
  }
}

/** Logs in: `{tokens}`, or `{session, user}` if a new password has to be chosen first. */
export async function logIn(pool, user, password) {
  const login = begin();
  const posed = await call(pool, "InitiateAuth", {
    AuthFlow: "USER_SRP_AUTH",
    ClientId: pool.clientId,
    AuthParameters: {USERNAME: user, SRP_A: login.open.toString(16)},
  });
  expect(posed, "PASSWORD_VERIFIER");
  const answers = await prove(login, pool.userPoolId, password, posed.ChallengeParameters);
  const answer = await respond(pool, "PASSWORD_VERIFIER", answers, posed.Session);
  if (answer.AuthenticationResult) return {tokens: answer.AuthenticationResult};
  expect(answer, "NEW_PASSWORD_REQUIRED");
  return {session: answer.Session, user: answer.ChallengeParameters.USER_ID_FOR_SRP || user};
}

/** Ends the login of somebody who was invited. */
export async function choosePassword(pool, {session, user}, password) {
  const answers = {USERNAME: user, NEW_PASSWORD: password};
  return {tokens: (await respond(pool, "NEW_PASSWORD_REQUIRED", answers, session)).AuthenticationResult};
}

function expect(answer, challenge) {
  if (answer.ChallengeName !== challenge) {
    throw new Error(`This page does not know the step ${answer.ChallengeName} of the login.`);
  }
}

const respond = (pool, challenge, answers, session) => call(pool, "RespondToAuthChallenge", {
  ChallengeName: challenge,
  ClientId: pool.clientId,
  ChallengeResponses: answers,
  ...(session ? {Session: session} : {}),
});

async function call({region, endpoint}, operation, content) {
  const address = endpoint || `https://cognito-idp.${region}.amazonaws.com`;
  const answer = await fetch(new URL("/", address), {
    method: "POST",
    credentials: "omit",
    headers: {
      "Content-Type": "application/x-amz-json-1.1",
      "X-Amz-Target": `AWSCognitoIdentityProviderService.${operation}`,
    },
    body: JSON.stringify(content),
  });
  const found = await answer.json();
  if (answer.ok) return found;
  throw new CognitoError(String(found.__type || "").split("#").pop(), found.message || "The user pool refused.");
}
