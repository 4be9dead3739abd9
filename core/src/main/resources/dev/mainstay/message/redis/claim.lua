-- Puts the next messages of a group in one consumer's hand, under one lease: group, token, session, consumer, how many.
-- KEYS[2] says whether the session lives. Returns how often they were tried, the group's routing keys and filter, which
-- the caller applies, and the positions; nothing when there is none.
local PAGE, ASIDE = 1000, 10000
local group = group_of(ARGV[1])
local token, session, consumer, most = ARGV[2], ARGV[3], ARGV[4], math.min(tonumber(ARGV[5]), 1000)
local moment = now()
local chosen = {}

local function choose(position, sender, expires)
  chosen[#chosen + 1] = {position = position, sender = sender, expires = expires}
end

local judged = {}

-- Whether a sender's messages are in another's hands; asked once a sender.
local function is_busy(sender)
  if judged[sender] == nil then
    local holder = redis.call('HGET', group.holder, sender)
    judged[sender] = holder and holder ~= consumer or false
  end
  return sender ~= '' and judged[sender]
end

-- Takes out of what waits: all tried equally often, none before an earlier one of its sender, a suspect alone.
local function take_waiting()
  local over, stopped, attempts, is_alone = {}, {}, nil, false
  local from = 0
  while #chosen < most and not is_alone do
    local page = redis.call('ZRANGE', group.waiting, from, from + 499)
    if #page == 0 then
      break
    end
    from = from + #page
    local about = redis.call('HMGET', group.about, unpack(page))
    for i, position in ipairs(page) do
      local tried, due, suspect, expires, sender = string.match(about[i], '^(%d+) (%d+) (%d) (%d+) (.*)$')
      local is_over = tonumber(expires) > 0 and tonumber(expires) <= moment
      local may_go = not stopped[sender] and tonumber(due) <= moment and not is_busy(sender)
        and (not attempts or (suspect == '0' and tonumber(tried) == attempts))
      if is_over then
        over[#over + 1] = {position = position, sender = sender}
      elseif may_go then
        attempts = tonumber(tried)
        is_alone = suspect == '1'
        choose(position, sender, expires)
      elseif sender ~= '' then
        stopped[sender] = true
      end
      if is_alone or #chosen == most then
        break
      end
    end
  end
  for _, entry in ipairs(over) do
    waits_no_more(group, entry.position, entry.sender)
  end
  for _, entry in ipairs(chosen) do
    waits_no_more(group, entry.position, entry.sender)
  end
  return attempts
end

local waiting = {}

local function is_waiting(sender)
  if waiting[sender] == nil then
    waiting[sender] = redis.call('HEXISTS', group.behind, sender) == 1
  end
  return sender ~= '' and waiting[sender]
end

-- Reads on in the log, of one priority. Messages of senders who are busy or waiting step aside when others are behind
-- them, until as many have as may. True when all of a whole page stepped aside and the next may hold something.
local function take_fresh(urgency)
  local keys = {}
  for _, channel in ipairs(group.channels) do
    keys[#keys + 1] = index(channel, urgency)
  end
  local reached = tonumber(group['at' .. urgency])
  local room = ASIDE - redis.call('ZCARD', group.waiting)
  local upto, held = reached, {}
  local function step_aside()
    for _, entry in ipairs(held) do
      wait(group, text(entry.position), entry.sender, 0, moment, false, entry.expires)
    end
    room = room - #held
    held = {}
  end
  local page = merged(keys, reached, PAGE)
  for _, entry in ipairs(page) do
    local sender = group.is_ordered and entry.sender or ''
    local is_over = entry.expires > 0 and entry.expires <= moment
    if not is_over and (is_busy(sender) or is_waiting(sender)) then
      if #held >= room then
        break
      end
      held[#held + 1] = entry
    elseif not is_over then
      if #chosen == most then
        break
      end
      step_aside()
      choose(text(entry.position), sender, text(entry.expires))
      upto = entry.position
    elseif #held == 0 then
      upto = entry.position
    end
  end
  local is_all_aside = #chosen == 0 and #held > 0 and #held <= room and #page == PAGE
  if is_all_aside then
    upto = held[#held].position
    step_aside()
  end
  if upto > reached then
    group['at' .. urgency] = text(upto)
    redis.call('HSET', group.key, 'at' .. urgency, text(upto))
  end
  return is_all_aside and room > 0
end

if not group or redis.call('GET', KEYS[2]) ~= 'alive' then
  return {}
end
local attempts = take_waiting()
if #chosen == 0 then
  attempts = 0
  for urgency = 0, 3 do
    while #chosen < most and take_fresh(urgency) do end
  end
end
if #chosen == 0 then
  return {}
end
local reply = {text(attempts), group.keys, group.filter}
local held, senders = {}, {}
for _, entry in ipairs(chosen) do
  reply[#reply + 1] = entry.position
  held[#held + 1] = entry.position
  held[#held + 1] = entry.expires .. ' ' .. entry.sender
  senders[entry.sender] = (senders[entry.sender] or 0) + 1
end
redis.call('HSET', claim_key(group, token), 'session', session, 'consumer', consumer, 'attempts', text(attempts),
  unpack(held))
redis.call('ZADD', group.claims, text(moment + tonumber(group.lease)), token)
for sender, count in pairs(senders) do
  if sender ~= '' then
    redis.call('HSET', group.holder, sender, consumer)
    redis.call('HINCRBY', group.holds, sender, count)
  end
end
return reply
