/**
 * Sign-up, sign-in and sign-out of a page. The form is the page's own, found by its ids; its fields with
 * `data-profile` are asked for at the sign-up, and kept in the user's profile.
 *
 * Who is signed in is remembered here, so that a page can be used without a network, and so that one which nobody
 * has signed in to asks nothing. It is no key to anything: the session is a cookie, which no script can read.
 */

const REMEMBERED = "user";
const $ = (id) => document.getElementById(id);

/** Calls `enter(user)` when somebody is in, `leave(user, reason)` when he isn't any more: the SDK's reason. */
export async function account(client, { enter, leave }) {
  let user = null;
  let creating = false;

  function become(next, reason) {
    if (next?.id === user?.id) return;
    if (user) leave(user, reason);
    user = next;
    $("account").hidden = user !== null;
    $("who").hidden = user === null;
    $("email").textContent = user?.email ?? "";
    if (user) {
      localStorage.setItem(REMEMBERED, JSON.stringify(user));
      enter(user);
    } else localStorage.removeItem(REMEMBERED);
  }

  function ask(create) {
    creating = create;
    const title = create ? "Create an account" : "Sign in";
    $("account-title").textContent = $("account-submit").textContent = title;
    $("account-question").textContent = create ? "You have one?" : "New here?";
    $("account-other").textContent = create ? "Sign in" : "Create an account";
    $("account-problem").textContent = "";
    $("account-form").elements.password.autocomplete = create ? "new-password" : "current-password";
    for (const field of document.querySelectorAll("[data-profile]")) {
      field.disabled = field.parentElement.hidden = !create;
    }
  }

  async function submit(form) {
    const { email, password } = form.elements;
    const fields = [...form.querySelectorAll("[data-profile]")];
    const profile = Object.fromEntries(fields.map(({ name, value }) => [name, value.trim()]));
    if (creating) await client.auth.register(email.value, password.value, profile);
    // Through the change that the login tells of, `become` is called.
    await client.auth.login(email.value, password.value);
    form.reset();
    ask(false);
  }

  $("account-other").addEventListener("click", () => ask(!creating));
  $("account-form").addEventListener("submit", async (event) => {
    event.preventDefault();
    $("account-problem").textContent = "";
    $("account-submit").disabled = true;
    try {
      await submit(event.target);
    } catch (error) {
      $("account-problem").textContent = told(error);
    }
    $("account-submit").disabled = false;
  });

  client.auth.onChange(({ user: next, reason }) => {
    become(next, reason);
    if (reason === "ended") $("account-problem").textContent = "Your session has ended: sign in again.";
  });

  ask(false);
  const remembered = JSON.parse(localStorage.getItem(REMEMBERED) ?? "null");
  if (!remembered) $("account").hidden = false;
  else {
    become(remembered);
    client.auth.me().catch(() => {}); // tells of a change; without a network whoever was here still is
  }
}

/** What went wrong, in a sentence or two for people. */
export function told({ detail, errors = [], message }) {
  const faults = errors.map(({ path, message: fault }) => `${path.replace("/", "")} ${fault}`);
  return faults.length ? `${faults.join("; ")}.` : (detail ?? message);
}
