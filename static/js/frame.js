// Inside a Bitrix24 frame: the session token on every request, its renewal through the parent, the frame's height.
const meta = (name) => document.querySelector(`meta[name="${name}"]`);

let frame; // the parent's side of b24jssdk, or null outside Bitrix24

/** Connect to the portal's page once; resolves to null when there is none (page opened on its own). */
export function portal() {
  frame ??= window.parent === window ? Promise.resolve(null) : window.B24Js.initializeB24Frame().catch(() => null);
  return frame;
}

/** The headers that prove to our server whose page this is. */
export function proof() {
  return {
    "X-Paraph-Session": meta("paraph-session").content,
    "X-CSRFToken": meta("csrf-token").content,
    "X-Paraph-Fragment": "1",
  };
}

/** fetch() with the frame's session and CSRF token; takes over a renewed token; renews once when it has run out. */
export async function call(url, options = {}, again = true) {
  const headers = new Headers(options.headers);
  for (const [name, value] of Object.entries(proof())) headers.set(name, value);
  const response = await fetch(url, { ...options, headers });
  if (response.status === 403 && again && (await renew())) return call(url, options, false);
  adopt(response.headers.get("X-Paraph-Session"));
  return response;
}

/** Put a fresh token into the page: meta tag and every form. */
function adopt(token, csrf) {
  if (token) {
    meta("paraph-session").content = token;
    for (const input of document.querySelectorAll('input[name="paraph_session"]')) input.value = token;
  }
  if (csrf) {
    meta("csrf-token").content = csrf;
    for (const input of document.querySelectorAll('input[name="csrf_token"]')) input.value = csrf;
  }
}

/** Ask the parent for fresh tokens and trade them for a session; true when it worked. */
export async function renew() {
  const b24 = await portal();
  const auth = b24 && (await b24.auth.refreshAuth().catch(() => null));
  if (!auth) return false;
  const body = new URLSearchParams({ session: meta("paraph-session").content, AUTH_ID: auth.access_token,
    REFRESH_ID: auth.refresh_token, AUTH_EXPIRES: String(auth.expires_in ?? 3600) });
  const response = await fetch("/frame/renew", { method: "POST", body });
  if (!response.ok) return false;
  const { token, csrf } = await response.json();
  adopt(token, csrf);
  return true;
}

/** Let the portal's frame grow with the page. */
export async function fit() {
  const b24 = await portal();
  await b24?.parent.fitWindow().catch(() => {});
}

setInterval(renew, 40 * 60 * 1000);
new ResizeObserver(() => fit()).observe(document.body);
