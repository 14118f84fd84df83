/** better-auth's own routes, which are no part of the daemon's router. */
async function post(path: string, body: object): Promise<Response | null> {
  const init = { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify(body) };
  return fetch(`/api/auth/${path}`, init).catch(() => null);
}

/** Null when signed in, else the sentence to show. Says nothing about which of name and password was wrong. */
export async function signIn(username: string, password: string): Promise<string | null> {
  const answer = await post("sign-in/username", { username, password });
  if (answer?.ok) return null;
  if (answer?.status === 429) return "Too many attempts. Wait a minute, then try again.";
  if (!answer || answer.status >= 500) return "The daemon is not reachable. Start it, then try again.";
  if (answer.status === 403)
    return "This address is not one the daemon serves. Open the console at the address that it printed.";
  return "User name or password is wrong.";
}

/** Ends the session on the daemon; the page is left either way. */
export async function signOut(): Promise<void> {
  await post("sign-out", {});
  window.location.assign("/login");
}
