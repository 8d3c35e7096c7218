export default function Aliases() {
  return null;
}
