-- A load for wrk. After `--`: the method, a file with the body or "", and a file with a path a line,
-- which take turns. The last line that it prints is read by load.py.
local requests, at = {}, 0

function init(args)
  wrk.method = args[1]
  if args[2] ~= "" then
    local file = assert(io.open(args[2], "rb"))
    wrk.body = file:read("*a")
    wrk.headers["Content-Type"] = "application/json"
    file:close()
  end
  for path in io.lines(args[3]) do
    requests[#requests + 1] = wrk.format(nil, path)
  end
end

function request()
  at = at % #requests + 1
  return requests[at]
end

function done(summary, latency)
  local errors = summary.errors
  local failed = errors.connect + errors.read + errors.write + errors.status + errors.timeout
  io.write(string.format("measured %d %d %d %d %d\n", summary.requests, summary.duration, failed,
    latency:percentile(50), latency:percentile(99)))
end
