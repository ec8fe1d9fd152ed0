namespace XenKube.Parsing.Yaml;

/// <content>Indentation, simple keys and indicators.</content>
internal sealed partial class YamlScanner
{
    private void DropStaleKeys()
    {
        if (keys.DropStale(Mark) is { } required)
        {
            throw Error("could not find expected ':'", required.Mark);
        }
    }

    private bool IsStillPossible(int level)
    {
        var key = keys[level];
        if (!key.IsPossible)
        {
            return false;
        }
        if (!key.IsStale(Mark))
        {
            return true;
        }
        if (key.IsRequired)
        {
            throw Error("could not find expected ':'", key.Mark);
        }
        keys.Forget(level);
        return false;
    }

    private void SaveKey()
    {
        if (simpleKeyAllowed)
        {
            var required = flowLevel == 0 && indent == column;
            RemoveKey();
            keys.Set(new SimpleKey(true, required, taken + (queue.Count - head), Mark));
        }
    }

    private void RemoveKey()
    {
        var key = keys[keys.Top];
        if (key.IsPossible && key.IsRequired)
        {
            throw Error("could not find expected ':'", key.Mark);
        }
        keys.Forget(keys.Top);
    }

    /// <summary>Opens a block collection if the column is deeper than the current one.</summary>
    private void Roll(int column, int token, YamlTokenKind kind, YamlMark mark)
    {
        if (flowLevel > 0 || indent >= column)
        {
            return;
        }
        indents.Push(indent);
        indent = column;
        if (indents.Count > maxDepth)
        {
            throw Error($"exceeded max depth of {maxDepth}", keys[keys.Top].Mark);
        }
        var start = new YamlToken(kind, mark, mark);
        if (token < 0)
        {
            queue.Add(start);
        }
        else
        {
            queue.Insert(head + token - taken, start);
        }
    }

    /// <summary>Closes the block collections deeper than the column.</summary>
    private void Unroll(int column, YamlMark mark)
    {
        if (flowLevel > 0)
        {
            return;
        }
        while (indent > column)
        {
            queue.Add(new YamlToken(YamlTokenKind.BlockEnd, mark, mark));
            indent = indents.Pop();
        }
    }

    private void StartOver()
    {
        Unroll(-1, Mark);
        RemoveKey();
        simpleKeyAllowed = false;
    }

    private void FetchStreamEnd()
    {
        if (column != 0)
        {
            column = 0;
            line++;
        }
        StartOver();
        queue.Add(new YamlToken(YamlTokenKind.StreamEnd, Mark, Mark));
        ended = true;
    }

    private void FetchDocumentIndicator(YamlTokenKind kind)
    {
        StartOver();
        var start = Mark;
        Advance();
        Advance();
        Advance();
        queue.Add(new YamlToken(kind, start, Mark));
    }

    private void AddIndicator(YamlTokenKind kind)
    {
        var start = Mark;
        Advance();
        queue.Add(new YamlToken(kind, start, Mark));
    }

    private void FetchFlowStart(YamlTokenKind kind)
    {
        SaveKey();
        keys.Push();
        flowLevel++;
        if (flowLevel > maxDepth)
        {
            throw Error($"exceeded max depth of {maxDepth}", Mark);
        }
        simpleKeyAllowed = true;
        AddIndicator(kind);
    }

    private void FetchFlowEnd(YamlTokenKind kind)
    {
        RemoveKey();
        if (flowLevel > 0)
        {
            flowLevel--;
            keys.Pop();
        }
        simpleKeyAllowed = false;
        AddIndicator(kind);
    }

    private void FetchBlockEntry()
    {
        if (flowLevel == 0)
        {
            if (!simpleKeyAllowed)
            {
                throw Error("block sequence entries are not allowed in this context", Mark);
            }
            Roll(column, -1, YamlTokenKind.BlockSequenceStart, Mark);
        }
        RemoveKey();
        simpleKeyAllowed = true;
        AddIndicator(YamlTokenKind.BlockEntry);
    }

    private void FetchKey()
    {
        if (flowLevel == 0)
        {
            if (!simpleKeyAllowed)
            {
                throw Error("mapping keys are not allowed in this context", Mark);
            }
            Roll(column, -1, YamlTokenKind.BlockMappingStart, Mark);
        }
        RemoveKey();
        simpleKeyAllowed = flowLevel == 0;
        AddIndicator(YamlTokenKind.Key);
    }

    private void FetchValue()
    {
        var key = keys[keys.Top];
        if (dialect == YamlDialect.GoYaml2 ? key.IsPossible : IsStillPossible(keys.Top))
        {
            queue.Insert(head + key.Token - taken, new YamlToken(YamlTokenKind.Key, key.Mark, key.Mark));
            Roll(key.Mark.Column, key.Token, YamlTokenKind.BlockMappingStart, key.Mark);
            keys.Forget(keys.Top);
            simpleKeyAllowed = false;
        }
        else
        {
            if (flowLevel == 0)
            {
                if (!simpleKeyAllowed)
                {
                    throw Error("mapping values are not allowed in this context", Mark);
                }
                Roll(column, -1, YamlTokenKind.BlockMappingStart, Mark);
            }
            simpleKeyAllowed = flowLevel == 0;
        }
        AddIndicator(YamlTokenKind.Value);
    }
}
