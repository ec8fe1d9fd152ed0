namespace XenKube.Parsing.Yaml;

/// <summary>What the text of a scalar stands for.</summary>
public enum YamlScalarKind
{
    /// <summary>Nothing.</summary>
    Null,

    /// <summary>True or false.</summary>
    Boolean,

    /// <summary>A whole number of up to 64 bits with a sign.</summary>
    Whole,

    /// <summary>A whole number beyond that, of up to 64 bits without a sign.</summary>
    Natural,

    /// <summary>A number with a fraction or an exponent, or too large to be whole.</summary>
    Real,

    /// <summary>A text.</summary>
    Text,
}
