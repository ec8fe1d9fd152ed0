namespace XenKube.Ignition.Model;

/// <summary>What kind of value a <see cref="ConfigType"/> describes.</summary>
internal enum ConfigKind
{
    /// <summary>An object with named fields.</summary>
    Object,

    /// <summary>A list of one type of element.</summary>
    List,

    /// <summary>Texts under keys of the document's own choice.</summary>
    Map,

    /// <summary>A text.</summary>
    Text,

    /// <summary>A whole number.</summary>
    Number,

    /// <summary>True or false.</summary>
    Flag,
}
