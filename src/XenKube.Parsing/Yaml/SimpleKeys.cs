namespace XenKube.Parsing.Yaml;

/// <summary>
/// Where a key without <c>?</c> may have begun, one place a flow level. Only seen to be a key when its colon comes, at most
/// 1024 characters later on the same line. Keys of outer levels began earlier, so those that are past are at the bottom.
/// </summary>
internal sealed class SimpleKeys
{
    private readonly List<SimpleKey> levels = [default];
    private int bottom;

    /// <summary>The innermost level.</summary>
    public int Top => levels.Count - 1;

    public SimpleKey this[int level] => levels[level];

    public void Set(SimpleKey key)
    {
        levels[Top] = key;
        bottom = Math.Min(bottom, Top);
    }

    public void Forget(int level) => levels[level] = levels[level] with { IsPossible = false };

    public void Push() => levels.Add(default);

    public void Pop()
    {
        levels.RemoveAt(Top);
        bottom = Math.Min(bottom, levels.Count);
    }

    /// <summary>Forgets keys that are past; returns the first of them that had to be one, or null.</summary>
    public SimpleKey? DropStale(YamlMark now)
    {
        for (; bottom < levels.Count; bottom++)
        {
            var key = levels[bottom];
            if (!key.IsPossible)
            {
                continue;
            }
            if (!key.IsStale(now))
            {
                break;
            }
            if (key.IsRequired)
            {
                return key;
            }
            Forget(bottom);
        }
        return null;
    }

    /// <summary>Whether the first possible key is the given token. Stale keys were dropped before.</summary>
    public bool IsFirstPossible(int token) => bottom < levels.Count && levels[bottom].IsPossible && levels[bottom].Token == token;

    /// <summary>The level whose key is the given token, if there is one.</summary>
    public int? Find(int token)
    {
        for (var level = bottom; level < levels.Count; level++)
        {
            if (!levels[level].IsPossible)
            {
                if (level == bottom)
                {
                    bottom++;
                }
                continue;
            }
            if (levels[level].Token == token)
            {
                return level;
            }
            if (levels[level].Token > token)
            {
                return null;
            }
        }
        return null;
    }
}
