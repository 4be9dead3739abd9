-- The messages at some positions, as many as make 4 MB; a position is followed by the fields of its message. One that is
-- gone has none. The caller asks again for the rest.
local found = {}
local bytes = 0
for _, position in ipairs(ARGV) do
  local entry = redis.call('XRANGE', root .. 'log', position, position)[1]
  local fields = entry and entry[2]
  if not fields then
    local kept = redis.call('HGET', root .. 'kept', position)
    fields = kept and cjson.decode(kept) or {}
  end
  found[#found + 1] = {position, unpack(fields)}
  for _, field in ipairs(fields) do
    bytes = bytes + #field
  end
  if bytes > 4194304 then
    break
  end
end
return found
