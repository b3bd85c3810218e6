export default function Page() {
  return <p>{`static of ${process.env.BUILT_MARK}`}</p>
}
