import type { FilePart } from "@runwire/core/protocol";

/** Pictures that came along in the message are shown; anything elsewhere is fetched only when somebody asks. */
export function FileView({ part: { mediaType, url, filename } }: { part: FilePart }) {
  if (mediaType.startsWith("image/") && url.startsWith("data:image/")) {
    return <img className="file" src={url} alt={filename ?? "Image"} />;
  }
  return (
    <p>
      <a href={url} target="_blank" rel="noopener noreferrer nofollow">
        {filename ?? mediaType}
      </a>
    </p>
  );
}
