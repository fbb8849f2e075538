/** One way to write an image's name: `python` and `docker.io/library/python:latest` are the same. */
export function fullName(image: string): string {
  const short = image.replace(/^(index\.)?docker\.io\//, "").replace(/^library\//, "");
  const last = short.slice(short.lastIndexOf("/") + 1);
  return last.includes(":") || last.includes("@") ? short : `${short}:latest`;
}

/** @param images in that way of writing */
export const hasImage = (images: readonly string[], image: string): boolean => images.includes(fullName(image));
