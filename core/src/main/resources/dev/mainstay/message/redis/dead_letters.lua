-- The newest dead letters, of one group or (empty) of all: group, position, time and reason, with its attempts before it.
local groups = ARGV[1] ~= '' and {ARGV[1]} or redis.call('SMEMBERS', root .. 'groups')
local found = {}
for _, name in ipairs(groups) do
  local group = group_of(name)
  local dead = group and redis.call('ZREVRANGE', group.dead, 0, tonumber(ARGV[2]) - 1, 'WITHSCORES') or {}
  for i = 1, #dead, 2 do
    found[#found + 1] = {name, dead[i], text(tonumber(dead[i + 1])), redis.call('HGET', group.reasons, dead[i])}
  end
end
return found
