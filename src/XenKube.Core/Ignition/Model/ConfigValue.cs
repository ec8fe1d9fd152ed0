using XenKube.Ignition.Json;

namespace XenKube.Ignition.Model;

/// <summary>A value of a config's tree, or the absence of one.</summary>
/// <remarks>Held against Butane 0.19.0, for what is empty.</remarks>
internal sealed class ConfigValue(ConfigType type)
{
    /// <summary>The elements of a value that has none; nothing is ever added to it.</summary>
    private static readonly List<ConfigValue> NoItems = [];

    /// <summary>
    /// The fields of an object, the elements of a list, the texts of a map, a text or where it is read, or a number. A large document has
    /// millions of values, and none of them has two of these.
    /// </summary>
    private object? content;

    /// <summary>Its type.</summary>
    public ConfigType Type { get; private set; } = type;

    /// <summary>
    /// The place in the source that it was made from, if it was translated; null where nobody recorded one, and the place of the
    /// same name is meant.
    /// </summary>
    public ConfigPath? Origin { get; set; }

    /// <summary>Whether the config gives it at all.</summary>
    public bool IsSet { get; set; }

    /// <summary>The text; empty if there is none.</summary>
    public string Text
    {
        get => content switch
        {
            string text => text,
            JsonNode node => node.Text,
            _ => "",
        };
        set => content = value;
    }

    /// <summary>The number; 0 if there is none.</summary>
    public Int128 Number
    {
        get => content is Int128 number ? number : 0;
        set => content = value;
    }

    /// <summary>True or false; false if there is none.</summary>
    public bool Flag { get; set; }

    /// <summary>The elements of a list. Change them by <see cref="AddItem"/> and <see cref="Truncate"/>.</summary>
    public List<ConfigValue> Items => content as List<ConfigValue> ?? NoItems;

    /// <summary>The texts of a map by their keys, in the order of the keys' characters.</summary>
    public SortedDictionary<string, string> Entries
    {
        get
        {
            if (content is not SortedDictionary<string, string> entries)
            {
                content = entries = new SortedDictionary<string, string>(StringComparer.Ordinal);
            }
            return entries;
        }
    }

    /// <summary>Whether a text is given and not empty.</summary>
    public bool HasText => IsSet && Text.Length > 0;

    /// <summary>Whether it is given as false.</summary>
    public bool IsFalse => IsSet && !Flag;

    /// <summary>A field of an object; one that the type lacks is simply not set, so that rules need not ask for versions first.</summary>
    public ConfigValue this[string name]
    {
        get
        {
            var index = Type.IndexOf(name);
            return index < 0 ? new ConfigValue(ConfigType.Text) : Field(index);
        }
    }

    /// <summary>The field at this index of the type.</summary>
    public ConfigValue Field(int index) => Fields[index] ??= new ConfigValue(Type.Fields[index].Type);

    /// <summary>The field at this index of the type if it was touched; null otherwise.</summary>
    public ConfigValue? Touched(int index) => (content as ConfigValue?[])?[index];

    /// <summary>The fields that were touched, set or not; looking at the others would only make them.</summary>
    public PresentFields Present => new(this);

    /// <summary>
    /// Whether it is as good as not given. A list that is given but empty is taken as given, as it does in the reference.
    /// </summary>
    public bool IsZero(bool isOptional = false) => Type.Kind switch
    {
        ConfigKind.Object => isOptional ? !IsSet : Present.All(static (child, field) => child.IsZero(field.IsOptional)),
        ConfigKind.List or ConfigKind.Map => !IsSet,
        _ => isOptional ? !IsSet : Text.Length == 0 && Number == 0 && !Flag,
    };

    /// <summary>The field or item of this step of a path, if there is one.</summary>
    public ConfigValue? Step(ConfigPath step) =>
        step.Name is null ? (Type.Kind == ConfigKind.List && step.Index < Items.Count ? Items[step.Index] : null)
        : Type.Field(step.Name) is not null ? this[step.Name]
        : null;

    /// <summary>Gives an object another type, which has the same fields first, and clears all others.</summary>
    /// <param name="type">The type.</param>
    /// <param name="kept">How many of the first fields to keep.</param>
    public void Refine(ConfigType type, int kept)
    {
        var refined = new ConfigValue?[type.Fields.Count];
        (content as ConfigValue?[])?.AsSpan(0, kept).CopyTo(refined);
        content = refined;
        Type = type;
    }

    /// <summary>Takes another value of the field's type for the field.</summary>
    public void Adopt(string name, ConfigValue value)
    {
        Fields[Type.IndexOf(name)] = value;
        IsSet = true;
    }

    /// <summary>Sets a text.</summary>
    public ConfigValue Set(string text)
    {
        Text = text;
        IsSet = true;
        return this;
    }

    /// <summary>Takes a text from its place in a document, where it is read again each time that somebody asks for it.</summary>
    /// <param name="place">The place, a string.</param>
    public void Take(JsonNode place) => content = place;

    /// <summary>Sets a number.</summary>
    public ConfigValue Set(Int128 number)
    {
        Number = number;
        IsSet = true;
        return this;
    }

    /// <summary>Sets true or false.</summary>
    public ConfigValue Set(bool flag)
    {
        Flag = flag;
        IsSet = true;
        return this;
    }

    /// <summary>Takes the text, number or flag of another value.</summary>
    public void SetScalar(ConfigValue other)
    {
        IsSet = other.IsSet;
        content = other.content is string or JsonNode or Int128 ? other.content : null;
        Flag = other.Flag;
    }

    /// <summary>Adds an element of a list's own type and returns it.</summary>
    public ConfigValue AddItem()
    {
        var item = new ConfigValue(Type.Element!) { IsSet = true };
        if (content is not List<ConfigValue> items)
        {
            content = items = [];
        }
        items.Add(item);
        IsSet = true;
        return item;
    }

    /// <summary>Drops the elements of a list beyond so many.</summary>
    public void Truncate(int count) => (content as List<ConfigValue>)?.RemoveRange(count, Items.Count - count);

    /// <summary>Takes the value back.</summary>
    public void Clear()
    {
        IsSet = false;
        Origin = null;
        Flag = false;
        content = null;
    }

    private ConfigValue?[] Fields
    {
        get
        {
            if (content is not ConfigValue?[] fields)
            {
                content = fields = new ConfigValue?[Type.Fields.Count];
            }
            return fields;
        }
    }
}
