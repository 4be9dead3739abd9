-- Where to look for the next messages of some channels, or of all: ARGV is the position behind which, how many, and the
-- channels. Returns how many were seen, the last position seen, and the positions of those that have not expired.
local after, limit = tonumber(ARGV[1]), tonumber(ARGV[2])
local moment = now()
local keys = #ARGV == 2 and {root .. 'all'} or {}
for at = 3, #ARGV do
  for urgency = 0, 3 do
    keys[#keys + 1] = index(ARGV[at], urgency)
  end
end
local seen = merged(keys, after, limit)
local found = {text(#seen), text(#seen == 0 and after or seen[#seen].position)}
for _, entry in ipairs(seen) do
  if entry.expires == 0 or entry.expires > moment then
    found[#found + 1] = text(entry.position)
  end
end
return found
