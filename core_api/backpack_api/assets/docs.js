// Starts the interactive documentation. A file of its own: the page's policy allows no
// script within it.
const key = new URLSearchParams(location.search).get("key")
SwaggerUIBundle({
  url: "/openapi.json" + (key ? `?key=${encodeURIComponent(key)}` : ""),
  dom_id: "#docs",
  deepLinking: true,
  validatorUrl: null,
  requestInterceptor: request => {
    if (key) request.headers["X-Backpack-Key"] = key
    return request
  },
})
