namespace XenKube.Ignition.Model;

/// <summary>
/// A type of a config's tree: what Ignition, or a dialect that is translated to it, allows at a place. Versions differ only in
/// these tables and in the rules that ask for the version.
/// </summary>
internal sealed class ConfigType
{
    private readonly Dictionary<string, int> byName;

    private ConfigType(ConfigKind kind, string name, ConfigType? element, IReadOnlyList<ConfigField> fields)
    {
        Kind = kind;
        Name = name;
        Element = element;
        Fields = fields;
        byName = Enumerable.Range(0, fields.Count).ToDictionary(index => fields[index].Name, StringComparer.Ordinal);
    }

    /// <summary>Any text.</summary>
    public static ConfigType Text { get; } = new(ConfigKind.Text, "string", null, []);

    /// <summary>A signed number of 64 bits.</summary>
    public static ConfigType Number { get; } = new(ConfigKind.Number, "int", null, []);

    /// <summary>An unsigned number of 64 bits.</summary>
    public static ConfigType Unsigned { get; } = new(ConfigKind.Number, "uint", null, []) { Maximum = ulong.MaxValue, Minimum = 0 };

    /// <summary>An unsigned number of 32 bits.</summary>
    public static ConfigType Unsigned32 { get; } = new(ConfigKind.Number, "uint32", null, []) { Maximum = uint.MaxValue, Minimum = 0 };

    /// <summary>True or false.</summary>
    public static ConfigType Flag { get; } = new(ConfigKind.Flag, "bool", null, []);

    /// <summary>The kind of value.</summary>
    public ConfigKind Kind { get; }

    /// <summary>The type's name in the rules and in messages.</summary>
    public string Name { get; }

    /// <summary>The type of a list's elements.</summary>
    public ConfigType? Element { get; }

    /// <summary>An object's fields, in the order in which they are checked and written.</summary>
    public IReadOnlyList<ConfigField> Fields { get; }

    /// <summary>The smallest number allowed.</summary>
    public Int128 Minimum { get; private init; } = long.MinValue;

    /// <summary>The greatest number allowed.</summary>
    public Int128 Maximum { get; private init; } = long.MaxValue;

    /// <summary>A text with rules of its own.</summary>
    public static ConfigType NamedText(string name) => new(ConfigKind.Text, name, null, []);

    /// <summary>A list of elements.</summary>
    public static ConfigType ListOf(ConfigType element, string? name = null) => new(ConfigKind.List, name ?? "[]" + element.Name, element, []);

    /// <summary>An object. Fields that are null are left out, so that a table can say since when there is one.</summary>
    public static ConfigType Object(string name, params ReadOnlySpan<ConfigField?> fields)
    {
        var present = new List<ConfigField>();
        foreach (var field in fields)
        {
            if (field is not null)
            {
                present.Add(field);
            }
        }
        return new ConfigType(ConfigKind.Object, name, null, present);
    }

    /// <summary>The field of exactly this name, or null.</summary>
    public ConfigField? Field(string name) => byName.TryGetValue(name, out var index) ? Fields[index] : null;

    /// <summary>Where the field of exactly this name stands, or -1.</summary>
    public int IndexOf(string name) => byName.GetValueOrDefault(name, -1);

    /// <summary>The field of this name, or else the first that differs only in case, as Go's JSON reader takes them.</summary>
    public ConfigField? FieldInAnyCase(string name)
    {
        if (Field(name) is { } exact)
        {
            return exact;
        }
        foreach (var field in Fields)
        {
            if (EqualsInAnyCase(field.Name, name))
            {
                return field;
            }
        }
        return null;
    }

    /// <summary>Go folds two characters beyond ASCII onto ASCII letters: the long s and the Kelvin sign.</summary>
    public static bool EqualsInAnyCase(string left, string right)
    {
        if (left.Length != right.Length)
        {
            return false;
        }
        for (var i = 0; i < left.Length; i++)
        {
            if (Fold(left[i]) != Fold(right[i]))
            {
                return false;
            }
        }
        return true;
    }

    private static char Fold(char c) => c switch
    {
        >= 'A' and <= 'Z' => (char)(c | 0x20),
        '\u017f' => 's',
        '\u212a' => 'k',
        _ => c,
    };
}
