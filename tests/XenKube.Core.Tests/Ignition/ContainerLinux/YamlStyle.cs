namespace XenKube.Ignition.ContainerLinux;

/// <summary>Ways to write the same document.</summary>
internal enum YamlStyle
{
    /// <summary>Indentation, plain texts where they may be.</summary>
    Block,

    /// <summary>Brackets and quotes on one line.</summary>
    Flow,

    /// <summary>Brackets as JSON has them.</summary>
    Json,

    /// <summary>Indentation, lists at the column of their key, texts of several lines as blocks.</summary>
    Compact,

    /// <summary>Indentation, every list and object after an anchor and used through an alias once more.</summary>
    Anchored,

    /// <summary>Indentation with CRLF, comments and explicit keys.</summary>
    Explicit,
}
