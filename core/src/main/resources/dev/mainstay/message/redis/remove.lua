-- Forgets a group and all it still had to do; 0 when there was none.
local group = group_of(ARGV[1])
if not group then
  return {0}
end
for _, token in ipairs(redis.call('ZRANGE', group.claims, 0, -1)) do
  redis.call('DEL', claim_key(group, token))
end
for _, part in ipairs({'waiting', 'about', 'behind', 'claims', 'holder', 'holds', 'dead', 'reasons', 'key'}) do
  redis.call('DEL', group[part])
end
redis.call('SREM', root .. 'groups', ARGV[1])
return {1}
