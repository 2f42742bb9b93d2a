-- Sends the requests of a file, one after another and from the beginning again.
--   wrk … -s requests.lua ORIGIN -- FILE
-- FILE: one header a line as `Name: value`, an empty line, then one request a line:
-- method, path and body with tabs between them. At the end one line of JSON is printed.

local formatted, position = {}, 0

function init(arguments)
  local headers, in_headers = {}, true
  for name, value in pairs(wrk.headers) do headers[name] = value end
  for line in io.lines(arguments[1]) do
    if in_headers then
      local name, value = line:match("^([^:]+): (.*)$")
      if name then headers[name] = value else in_headers = false end
    else
      local method, path, body = line:match("^(%S+)\t(%S+)\t(.*)$")
      if body == "" then body = nil end
      formatted[#formatted + 1] = wrk.format(method, path, headers, body)
    end
  end
end

function request()
  position = position % #formatted + 1
  return formatted[position]
end

function done(summary, latency, requests)
  local errors = summary.errors
  io.write(string.format(
    '\n{"requests": %d, "seconds": %.6f, "least": %.3f, "p50": %.3f, "p99": %.3f, "failed": %d, "broken": %d}\n',
    summary.requests, summary.duration / 1e6,
    latency.min / 1e3, latency:percentile(50) / 1e3, latency:percentile(99) / 1e3,
    errors.status, errors.connect + errors.read + errors.write + errors.timeout))
end
