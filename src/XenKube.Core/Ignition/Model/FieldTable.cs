namespace XenKube.Ignition.Model;

/// <summary>Short names for the entries of the type tables.</summary>
internal static class FieldTable
{
    /// <summary>A text that is taken as empty if it is missing.</summary>
    public static ConfigField Text(string name, bool always = false) => new(name, ConfigType.Text, IsAlwaysWritten: always);

    /// <summary>A text that may be missing.</summary>
    public static ConfigField OptionalText(string name) => new(name, ConfigType.Text, IsOptional: true);

    /// <summary>A number that is taken as 0 if it is missing.</summary>
    public static ConfigField Number(string name) => new(name, ConfigType.Number);

    /// <summary>A number that may be missing.</summary>
    public static ConfigField OptionalNumber(string name) => new(name, ConfigType.Number, IsOptional: true);

    /// <summary>A flag that is taken as false if it is missing.</summary>
    public static ConfigField Flag(string name) => new(name, ConfigType.Flag);

    /// <summary>A flag that may be missing.</summary>
    public static ConfigField OptionalFlag(string name) => new(name, ConfigType.Flag, IsOptional: true);

    /// <summary>A value of a type of its own that is taken as empty if it is missing.</summary>
    public static ConfigField Of(string name, ConfigType type) => new(name, type);

    /// <summary>An object that is written even if it is empty.</summary>
    public static ConfigField Struct(string name, ConfigType type) => new(name, type, IsAlwaysWritten: true);

    /// <summary>A value of a type of its own that may be missing.</summary>
    public static ConfigField Optional(string name, ConfigType type) => new(name, type, IsOptional: true);

    /// <summary>A list whose entries may repeat.</summary>
    public static ConfigField List(string name, ConfigType element) => new(name, ConfigType.ListOf(element));

    /// <summary>A list of texts that may repeat.</summary>
    public static ConfigField Texts(string name) => List(name, ConfigType.Text);

    /// <summary>A list whose entries must differ, in spec 3 from those of other lists of the same group too.</summary>
    public static ConfigField UniqueList(string name, ConfigType element, string? group = null) =>
        new(name, ConfigType.ListOf(element), DuplicateGroup: group ?? name);

    /// <summary>A list of texts that must differ.</summary>
    public static ConfigField UniqueTexts(string name, string? group = null) => UniqueList(name, ConfigType.Text, group);
}
