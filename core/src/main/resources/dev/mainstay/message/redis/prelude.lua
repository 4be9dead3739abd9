-- Before every script: names of keys, time, and what a group holds. KEYS[1] begins every key of the organization.
--   log                    stream: the messages; an identifier is a position and -0
--   of:<channel>:<0..3>    stream: positions, senders and expiry of one channel and priority
--   all                    stream: the same of all channels, with the channel and the priority of each
--   kept                   hash: messages older than the log that wait or are dead letters
--   group:<name>           hash: what the group wants and how far it has read, per priority
--   group:<name>:waiting   sorted set of positions; :about what is known of each; :behind how many a sender has there
--   group:<name>:claims    sorted set of lease tokens by expiry; :claim:<token> what is in hand under each
--   group:<name>:holder    hash: whose hands a sender's messages are in; :holds how many
--   group:<name>:dead      sorted set of positions by time; :reasons why
local root = KEYS[1]

local function text(number)
  return string.format('%.0f', number)
end

-- Microseconds since 1970 by the server's clock: positions and leases.
local function now()
  local time = redis.call('TIME')
  return tonumber(time[1]) * 1000000 + tonumber(time[2])
end

local function hash(key)
  local flat = redis.call('HGETALL', key)
  local found = {}
  for i = 1, #flat, 2 do
    found[flat[i]] = flat[i + 1]
  end
  return found
end

local function index(channel, urgency)
  return root .. 'of:' .. channel .. ':' .. urgency
end

-- Entries of one index stream behind a position, up to another when one is given: position, sender, expiry.
local function entries(key, after, limit, upto)
  local found = {}
  for _, entry in ipairs(redis.call('XRANGE', key, text(after + 1), upto and text(upto) or '+', 'COUNT', limit)) do
    local fields = entry[2]
    found[#found + 1] = {
      position = tonumber(string.match(entry[1], '^%d+')), sender = fields[2], expires = tonumber(fields[4])}
  end
  return found
end

local function by_position(one, other)
  return one.position < other.position
end

-- Of several index streams together, in order, the first so many.
local function merged(keys, after, limit, upto)
  local all = {}
  for _, key in ipairs(keys) do
    for _, entry in ipairs(entries(key, after, limit, upto)) do
      all[#all + 1] = entry
    end
  end
  if #keys > 1 then
    table.sort(all, by_position)
  end
  while #all > limit do
    table.remove(all)
  end
  return all
end

-- A group, with the names of its keys; nil when there is none.
local function group_of(name)
  local key = root .. 'group:' .. name
  local group = hash(key)
  if not group.channels then
    return nil
  end
  group.key = key
  group.channels = cjson.decode(group.channels)
  group.is_ordered = group.ordered == '1'
  for _, part in ipairs({'waiting', 'about', 'behind', 'claims', 'holder', 'holds', 'dead', 'reasons'}) do
    group[part] = key .. ':' .. part
  end
  return group
end

local function claim_key(group, token)
  return group.key .. ':claim:' .. token
end

-- Less one; gone with the last. True when it was the last.
local function less_one(key, field)
  if redis.call('HINCRBY', key, field, -1) <= 0 then
    redis.call('HDEL', key, field)
    return true
  end
  return false
end

local function wait(group, position, sender, attempts, due, is_suspect, expires)
  if redis.call('ZADD', group.waiting, 'NX', position, position) == 1 then
    redis.call('HSET', group.about, position, table.concat(
      {text(attempts), text(due), is_suspect and '1' or '0', text(expires), sender}, ' '))
    if sender ~= '' then
      redis.call('HINCRBY', group.behind, sender, 1)
    end
  end
end

local function waits_no_more(group, position, sender)
  redis.call('ZREM', group.waiting, position)
  redis.call('HDEL', group.about, position)
  if sender ~= '' then
    less_one(group.behind, sender)
  end
end


local function let_go(group, sender)
  if sender ~= '' and less_one(group.holds, sender) then
    redis.call('HDEL', group.holder, sender)
  end
end

local function die(group, position, attempts, reason)
  redis.call('ZADD', group.dead, text(now()), position)
  redis.call('HSET', group.reasons, position, text(attempts) .. ' ' .. reason)
end

-- What is in hand under a lease: position, expiry and sender of each.
local function held_in(claim)
  local all = {}
  for position, held in pairs(claim) do
    local expires, sender = string.match(held, '^(%d+) (.*)$')
    if expires and string.match(position, '^%d+$') then
      all[#all + 1] = {position = position, expires = tonumber(expires), sender = sender}
    end
  end
  return all
end

-- Of these positions the ones that some group has in hand, waits with or gave up.
local function needed_of(positions)
  local asked, needed = {}, {}
  for _, position in ipairs(positions) do
    asked[position] = true
  end
  for _, name in ipairs(#positions > 0 and redis.call('SMEMBERS', root .. 'groups') or {}) do
    local group = group_of(name)
    for _, set in ipairs(group and {group.waiting, group.dead} or {}) do
      for i, score in ipairs(redis.call('ZMSCORE', set, unpack(positions))) do
        if score then
          needed[positions[i]] = true
        end
      end
    end
    for _, token in ipairs(group and redis.call('ZRANGE', group.claims, 0, -1) or {}) do
      for _, position in ipairs(redis.call('HKEYS', claim_key(group, token))) do
        if asked[position] then
          needed[position] = true
        end
      end
    end
  end
  return needed
end

-- A hint to all nodes that there is something on these channels.
local function tell(channels)
  redis.call('PUBLISH', 'mainstay:arrivals', root .. ' ' .. table.concat(channels, ' '))
end
