// What the server says of itself, written into the page.
export const config = JSON.parse(document.getElementById("config").textContent);
