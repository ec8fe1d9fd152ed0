namespace XenKube.Ignition.Model;

/// <summary>A field of an object.</summary>
/// <param name="Name">Its key.</param>
/// <param name="Type">Its type.</param>
/// <param name="IsOptional">Whether a set zero differs from nothing: it is written then.</param>
/// <param name="IsAlwaysWritten">Whether it is written even if it is empty; if it is optional too, as null when it is missing.</param>
/// <param name="DuplicateGroup">
/// For a list: entries of fields of the same group must have different keys. Null: duplicates are allowed.
/// </param>
internal sealed record ConfigField(
    string Name, ConfigType Type, bool IsOptional = false, bool IsAlwaysWritten = false, string? DuplicateGroup = null)
{
    /// <summary>The key that Ignition has for it.</summary>
    public string IgnitionName { get; } = ConfigNames.ToCamel(Name);

    /// <summary>The rule about this field of an object, given the object; null if there is none.</summary>
    public ConfigRule? Rule { get; init; }

    /// <summary>What kind of secret its value is, by a name of <see cref="Secrets.SecretKind"/>; null for most.</summary>
    public string? Secret { get; init; }

    /// <summary>The part of the object that the field belongs to, as messages of Go name it; null for most.</summary>
    public string? Part { get; init; }

    /// <summary>Whether the fields of its value are looked for in the enclosing object of the document instead.</summary>
    public bool IsFlattened { get; init; }

    /// <summary>The field with a rule about it.</summary>
    public ConfigField Ruled(ConfigRule? rule) => this with { Rule = rule };

    /// <summary>The field with values that are secrets.</summary>
    /// <param name="kind">A name of <see cref="Secrets.SecretKind"/>.</param>
    public ConfigField Hidden(string kind) => this with { Secret = kind };
}
