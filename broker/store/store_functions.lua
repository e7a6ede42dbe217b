#!lua name=leadwire
-- SPDX-License-Identifier: Apache-2.0
--
-- What Redis does for a desk's owner, each call all or nothing.
--
-- The head {id, epoch, nonce, owner, endpoint, renewals, schema} names the last entry of the journal and who may
-- write. Every call names the nonce of its claim; a call whose nonce is not the head's changes nothing and answers
-- with the head. Epochs have 64 bits and Lua's numbers 53: ids are only ever compared for equality, as text, and
-- XADD enforces their order. Sequence numbers count from 0 within an epoch and fit a Lua number.
--
-- All are allow-oom: a full Redis must still take completions and the checkpoints that shrink the journal; the
-- broker itself refuses new leads above a mark.

-- Filled in by the build: changes with this file.
local VERSION = '@LIBRARY_VERSION@'

local function sequence(id)
  return tonumber(string.match(id, '%-(%d+)$'))
end

local function version()
  return VERSION
end

-- keys: head journal checkpoint
-- args: expected id, nonce, renewals ('' each: no head), then the new nonce, id, epoch, owner, endpoint, schema, entry
-- 1: claimed; 0: the head is not as expected.
-- An empty entry moves the head and begins the journal anew: Redis lost what its owner still has.
local function claim(keys, args)
  local head = redis.call('HMGET', keys[1], 'id', 'nonce', 'renewals')
  for i = 1, 3 do
    if (head[i] or '') ~= args[i] then
      return 0
    end
  end
  local id, entry = args[5], args[10]
  if entry == '' then
    redis.call('UNLINK', keys[2])
    redis.call('XADD', keys[2], id, 'b', '')
    redis.call('XDEL', keys[2], id)
  else
    if not head[1] and redis.call('EXISTS', keys[2], keys[3]) > 0 then
      return redis.error_reply('LWPARTIAL the head is gone, the journal or the checkpoint is not')
    end
    redis.call('XADD', keys[2], id, 'b', entry)
  end
  redis.call('HSET', keys[1], 'id', id, 'nonce', args[4], 'epoch', args[6], 'owner', args[7],
    'endpoint', args[8], 'schema', args[9], 'renewals', '0')
  return 1
end

-- What stands behind the head is nobody's: never confirmed, and in the way of what comes. False: another wrote it.
local function drop_behind(journal, head_id)
  local epoch = string.match(head_id, '^(%d+)-')
  local entries = redis.call('XRANGE', journal, '(' .. head_id, '+')
  for _, entry in ipairs(entries) do
    if string.match(entry[1], '^(%d+)-') ~= epoch then
      return false
    end
  end
  for _, entry in ipairs(entries) do
    redis.call('XDEL', journal, entry[1])
  end
  redis.call('XSETID', journal, head_id)
  return true
end

local function refused_by_journal()
  return redis.error_reply('ERR the journal did not take what was to be appended: another wrote to it')
end

-- keys: head journal; args: nonce, previous id, then id and entry of each
-- 1: all appended; {id, nonce}: the head, nothing changed ({'', nonce}: the journal is gone).
local function append(keys, args)
  local head = redis.call('HMGET', keys[1], 'id', 'nonce')
  if head[1] ~= args[2] or head[2] ~= args[1] then
    return {head[1] or '', head[2] or ''}
  end
  for i = 3, #args, 2 do
    local added = redis.pcall('XADD', keys[2], 'NOMKSTREAM', args[i], 'b', args[i + 1])
    if not added then
      return {'', head[2]}
    end
    if type(added) == 'table' then
      if string.find(added.err, 'equal or smaller', 1, true) then
        return drop_behind(keys[2], head[1]) and {head[1], head[2]} or refused_by_journal()
      end
      return added
    end
  end
  redis.call('HSET', keys[1], 'id', args[#args - 1])
  return 1
end

-- Entries that would be slow to hand through Lua come by XADD between the next two, in one transaction with them. What close
-- does not want it takes out again. Nothing of that is seen by others, and the append-only file has what append writes.

-- How many entries a journal had when it was opened, by its key.
local opened = {}

-- keys: journal
local function open(keys)
  opened[keys[1]] = redis.call('XLEN', keys[1])
  return 1
end

-- keys: head journal; args: nonce, previous id, how many entries, the last one's id. Answers as append.
local function close(keys, args)
  local head = redis.call('HMGET', keys[1], 'id', 'nonce')
  local fits = head[1] == args[2] and head[2] == args[1]
  local length, before = redis.call('XLEN', keys[2]), opened[keys[2]]
  opened[keys[2]] = nil
  if fits and before and length == before + tonumber(args[3]) then
    redis.call('HSET', keys[1], 'id', args[4])
    return 1
  end
  if redis.call('EXISTS', keys[2]) == 0 then
    return {'', head[2] or ''}
  end
  if (fits or length ~= before) and not (head[1] and drop_behind(keys[2], head[1])) then
    return refused_by_journal()
  end
  return {head[1] or '', head[2] or ''}
end

-- keys: head; args: nonce. 1, or {id, nonce} of the head.
local function renew(keys, args)
  local head = redis.call('HMGET', keys[1], 'id', 'nonce')
  if head[2] ~= args[1] then
    return {head[1] or '', head[2] or ''}
  end
  redis.call('HINCRBY', keys[1], 'renewals', 1)
  return 1
end

-- keys: head; args: nonce. 1: given back; 0: it was not ours.
local function release(keys, args)
  if redis.call('HGET', keys[1], 'nonce') ~= args[1] then
    return 0
  end
  redis.call('HSET', keys[1], 'nonce', '', 'owner', '', 'endpoint', '')
  return 1
end

-- A step of the checkpoint may be written only when the head is ours and at or past what the step was made from, and
-- only right after the step before it: one that was sent again, or that comes late over an old connection, changes
-- nothing. keys: head checkpoint; args: nonce, as_of (sequence), progress before, progress after.
-- nil: write it; else the answer.
local function refuse_step(keys, args)
  local head = redis.call('HMGET', keys[1], 'id', 'nonce')
  local progress = redis.call('HGET', keys[2], 'progress') or ''
  if head[2] == args[1] and sequence(head[1]) >= tonumber(args[2]) then
    if progress == args[4] then
      return 1
    end
    if progress == args[3] then
      return nil
    end
  end
  return {head[1] or '', head[2] or '', progress}
end

-- keys: head checkpoint and the hashes; args: as refuse_step, then for each hash HSET or HDEL, key number, how many
-- arguments follow, and these. What is for one hash comes together: to look at each field here took as long as to write it.
-- 1: written, or it was already; {id, nonce, progress} otherwise.
local function slice(keys, args)
  local answer = refuse_step(keys, args)
  if answer then
    return answer
  end
  local at = 5
  while at <= #args do
    local past = at + 3 + tonumber(args[at + 2])
    redis.call(args[at], keys[tonumber(args[at + 1])], unpack(args, at + 3, past - 1))
    at = past
  end
  redis.call('HSET', keys[2], 'progress', args[4])
  return 1
end

-- keys: head checkpoint journal and the keys to drop; args: as refuse_step, then id, generation, desk time, schema and
-- the checkpoint's fields to drop. Answers as slice.
local function checkpoint_end(keys, args)
  local answer = refuse_step(keys, args)
  if answer then
    return answer
  end
  redis.call('HSET', keys[2], 'progress', args[4], 'id', args[5], 'generation', args[6], 'desk_ms', args[7],
    'schema', args[8])
  for i = 9, #args do
    redis.call('HDEL', keys[2], args[i])
  end
  for i = 4, #keys do
    redis.call('UNLINK', keys[i])
  end
  redis.call('XTRIM', keys[3], 'MINID', '=', args[5])
  return 1
end

local function register(name, callback, flags)
  redis.register_function{function_name = name, callback = callback, flags = flags}
end

register('lw_version', version, {'no-writes', 'allow-oom'})
register('lw_claim', claim, {'allow-oom'})
register('lw_append', append, {'allow-oom'})
register('lw_open', open, {'allow-oom'})
register('lw_close', close, {'allow-oom'})
register('lw_renew', renew, {'allow-oom'})
register('lw_release', release, {'allow-oom'})
register('lw_slice', slice, {'allow-oom'})
register('lw_checkpoint_end', checkpoint_end, {'allow-oom'})
