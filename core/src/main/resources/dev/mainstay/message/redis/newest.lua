-- The newest messages before a position, the newest first: ARGV is the position and how many. A position is followed by
-- the fields of its message, as many messages as make 4 MB and one at least.
local found = {}
local bytes = 0
local last = tonumber(ARGV[1]) > 9007199254740991 and '+' or text(tonumber(ARGV[1]) - 1)
for _, entry in ipairs(redis.call('XREVRANGE', root .. 'log', last, '-', 'COUNT', ARGV[2])) do
  found[#found + 1] = {string.match(entry[1], '^%d+'), unpack(entry[2])}
  for _, field in ipairs(entry[2]) do
    bytes = bytes + #field
  end
  if bytes > 4194304 then
    break
  end
end
return found
