namespace XenKube.Guests;

/// <summary>What a value in an xl configuration file is.</summary>
public enum XenConfigValueKind
{
    /// <summary>A quoted string.</summary>
    Text,

    /// <summary>A bare number.</summary>
    Number,

    /// <summary>A list in brackets.</summary>
    List,
}
