-- Drops what was kept and is not needed any more, a part of it: ARGV is the cursor, and about how many. Returns the next
-- cursor, 0 at the end.
local scan = redis.call('HSCAN', root .. 'kept', ARGV[1], 'COUNT', ARGV[2])
local positions = {}
for i = 1, #scan[2], 2 do
  positions[#positions + 1] = scan[2][i]
end
local needed = needed_of(positions)
for _, position in ipairs(positions) do
  if not needed[position] then
    redis.call('HDEL', root .. 'kept', position)
  end
end
return {scan[1]}
