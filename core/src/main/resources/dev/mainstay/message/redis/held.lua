-- What is in hand under a lease of a group: how often it was tried before, then the positions. Nothing when it is lost.
local group = group_of(ARGV[1])
local claim = group and hash(claim_key(group, ARGV[2]))
if not claim or not claim.attempts then
  return {}
end
local reply = {claim.attempts}
for position in pairs(claim) do
  if string.match(position, '^%d+$') then
    reply[#reply + 1] = position
  end
end
return reply
