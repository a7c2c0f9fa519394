// Who is logged in here, and where a login leads back to.

const DAY = 24 * 60 * 60;
const NAMES = {id_token: "/", access_token: "/", refresh_token: "/auth", logged_in: "/", user_email: "/"};

/** Keeps the tokens of a login in the cookies that the gate and the pages read. */
export function keep({IdToken, AccessToken, RefreshToken}) {
  const values = {
    id_token: IdToken,
    access_token: AccessToken,
    refresh_token: RefreshToken,
    logged_in: "true",
    user_email: encodeURIComponent(claims(IdToken).email || ""),
  };
  for (const [name, path] of Object.entries(NAMES)) {
    document.cookie = `${name}=${values[name]}; Path=${path}; Max-Age=${DAY}; Secure; SameSite=Lax`;
  }
}

export function cookie(name) {
  const rows = document.cookie.split("; ").map(row => [row.slice(0, row.indexOf("=")), row.slice(row.indexOf("=") + 1)]);
  return new Map(rows).get(name) || "";
}

/** The address in a login's `state`, on this site whatever it says; the first page if there is none. */
export function returnAddress(state, here) {
  try {
    const text = new TextDecoder().decode(Uint8Array.from(atob(state), letter => letter.charCodeAt(0)));
    const {returnUrl} = JSON.parse(text);
    const asked = new URL(returnUrl, here.origin);
    const known = typeof returnUrl === "string" && asked.host === here.host && /^https?:$/.test(asked.protocol);
    // From the origin on: a path may begin with two slashes, which alone would be another site.
    if (known) return here.origin + asked.pathname + asked.search + asked.hash;
  } catch {
    // A state that nobody can read leads nowhere.
  }
  return here.origin + "/";
}

/** The claims of a token, unverified: for display alone. */
function claims(token) {
  const part = token.split(".")[1].replace(/-/g, "+").replace(/_/g, "/");
  return JSON.parse(new TextDecoder().decode(Uint8Array.from(atob(part), letter => letter.charCodeAt(0))));
}

/** Shows who is logged in, on pages that have a place for it. */
export function showVisitor() {
  const place = document.querySelector("#visitor");
  let email = "";
  try {
    email = decodeURIComponent(cookie("user_email"));
  } catch {
    // Some other page's cookie.
  }
  if (place) place.textContent = email;
}
