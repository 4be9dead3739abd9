-- Lets leases of a group begin anew; returns those that were lost.
local group = group_of(ARGV[1])
local lost = {}
for at = 2, #ARGV do
  if group and redis.call('ZSCORE', group.claims, ARGV[at]) then
    redis.call('ZADD', group.claims, text(now() + tonumber(group.lease)), ARGV[at])
  else
    lost[#lost + 1] = ARGV[at]
  end
end
return lost
