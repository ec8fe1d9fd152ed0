namespace XenKube.Ignition.Model;

/// <summary>
/// A type of a config's tree: what Ignition, or a dialect that is translated to it, allows at a place. Versions differ only in
/// these tables and in the rules that ask for the version.
/// </summary>
/// <remarks>Held against encoding/json of Go 1.19, for keys in any case.</remarks>
internal sealed class ConfigType
{
    private readonly Dictionary<string, int> byName;
    private readonly bool hasRulesBelow;
    private Func<ConfigValue, string>? key;

    private ConfigType(ConfigKind kind, string name, ConfigType? element, IReadOnlyList<ConfigField> fields)
    {
        Kind = kind;
        Name = name;
        Element = element;
        Fields = fields;
        byName = Enumerable.Range(0, fields.Count).ToDictionary(index => fields[index].Name, StringComparer.Ordinal);
        hasRulesBelow = element?.HasRules == true || fields.Any(field => field.Rule is not null || field.Type.HasRules);
        HasDuplicateGroups = element?.HasDuplicateGroups == true
            || fields.Any(field => field.DuplicateGroup is not null || field.Type.HasDuplicateGroups);
        HasFieldRules = fields.Any(
            field => field.Rule is not null || (!field.IsOptional && (field.Type.Rule is not null || field.Type.HasFieldRules)));
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

    /// <summary>Texts under keys of the document's own choice.</summary>
    public static ConfigType TextMap { get; } = new(ConfigKind.Map, "map[string]string", null, []);

    /// <summary>The kind of value.</summary>
    public ConfigKind Kind { get; }

    /// <summary>The type's name in messages.</summary>
    public string Name { get; }

    /// <summary>The type of a list's elements.</summary>
    public ConfigType? Element { get; }

    /// <summary>An object's fields, in the order in which they are checked and written.</summary>
    public IReadOnlyList<ConfigField> Fields { get; }

    /// <summary>The smallest number allowed.</summary>
    public Int128 Minimum { get; private init; } = long.MinValue;

    /// <summary>The greatest number allowed.</summary>
    public Int128 Maximum { get; private init; } = long.MaxValue;

    /// <summary>The rule about a value of this type as a whole; null if there is none.</summary>
    public ConfigRule? Rule { get; private set; }

    /// <summary>Whether there are rules about fields that every object of this type has, given or not.</summary>
    public bool HasFieldRules { get; }

    /// <summary>Whether there is a rule about a value of this type or about what is in the value.</summary>
    public bool HasRules => hasRulesBelow || Rule is not null || Refinement is not null;

    /// <summary>Whether there can be an object in a value of this type, with keys that are not known.</summary>
    public bool HasObjects => Kind == ConfigKind.Object || Element?.HasObjects == true;

    /// <summary>Whether there is a list in a value of this type whose entries must differ.</summary>
    public bool HasDuplicateGroups { get; }

    /// <summary>Whether only a variant of its language has the type.</summary>
    public bool IsOfVariant { get; private set; }

    /// <summary>Whether only a variant that builds on another one has the type.</summary>
    public bool IsOfOuterVariant { get; private set; }

    /// <summary>What else an object becomes in the Ignition config; null if its fields are all there is to translate.</summary>
    public ConfigCompletion? Completion { get; private set; }

    /// <summary>For a text: the reason why it cannot be read, or null if it can; null if every text can.</summary>
    public Func<string, string?>? ReadFault { get; private set; }

    /// <summary>For a text: what it should be, for messages.</summary>
    public string Wanted { get; private set; } = "a string";

    /// <summary>For an object whose fields depend on one another: how to find the rest of them; null for most.</summary>
    public ConfigRefinement? Refinement { get; private set; }

    /// <summary>A text with rules of its own.</summary>
    public static ConfigType NamedText(string name) => new(ConfigKind.Text, name, null, []);

    /// <summary>A list of elements.</summary>
    public static ConfigType ListOf(ConfigType element, string? name = null) =>
        new(ConfigKind.List, name ?? "[]" + element.Name, element, []);

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

    /// <summary>The type with a rule about its values.</summary>
    public ConfigType Ruled(ConfigRule? rule) => Changed(type => type.Rule = rule);

    /// <summary>The type with a completion of its translation.</summary>
    public ConfigType Completed(ConfigCompletion completion) => Changed(type => type.Completion = completion);

    /// <summary>The type whose entries of a list differ by this key instead of by their text or name.</summary>
    public ConfigType Keyed(Func<ConfigValue, string> by) => Changed(type => type.key = by);

    /// <summary>The type as one that only a variant of its language has.</summary>
    /// <param name="isOuter">Whether a variant has it that builds on another one.</param>
    public ConfigType OfVariant(bool isOuter = false) => Changed(type => (type.IsOfVariant, type.IsOfOuterVariant) = (true, isOuter));

    /// <summary>The type of texts that are parsed when they are read.</summary>
    /// <param name="wanted">What the text should be, for messages.</param>
    /// <param name="fault">The reason why a text cannot be read, or null.</param>
    public ConfigType Parsed(string wanted, Func<string, string?> fault) =>
        Changed(type => (type.Wanted, type.ReadFault) = (wanted, fault));

    /// <summary>The type whose further fields depend on the ones that it has.</summary>
    public ConfigType Refined(ConfigRefinement refinement) => Changed(type => type.Refinement = refinement);

    /// <summary>The key by which an entry of a list differs from the others.</summary>
    public string KeyOf(ConfigValue item) => key?.Invoke(item) ?? (Kind == ConfigKind.Text ? item.Text : item["name"].Text);

    /// <summary>Whether a document may have this key in an object of the type.</summary>
    public bool Knows(string name) =>
        Field(name) is { IsFlattened: false } || Fields.Any(field => field.IsFlattened && field.Type.Knows(name));

    /// <summary>The keys that a document may have in an object of the type.</summary>
    public IEnumerable<string> KnownKeys() => Fields.SelectMany(field => field.IsFlattened ? field.Type.KnownKeys() : [field.Name]);

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

    private ConfigType Changed(Action<ConfigType> change)
    {
        var changed = (ConfigType)MemberwiseClone();
        change(changed);
        return changed;
    }

    private static char Fold(char c) => c switch
    {
        >= 'A' and <= 'Z' => (char)(c | 0x20),
        '\u017f' => 's',
        '\u212a' => 'k',
        _ => c,
    };
}
