namespace XenKube.Ignition.Languages;

/// <summary>
/// A language that configs are written in. A new one is a folder with its types, rules and translation, and one of these.
/// </summary>
internal interface IIgnitionDialect
{
    /// <summary>The name it is chosen by: <c>clc</c>, <c>butane</c>.</summary>
    string Name { get; }

    /// <summary>Translates a document. Trouble with the document is in the report, never an exception.</summary>
    IgnitionTranslation Translate(ReadOnlyMemory<byte> source, TranspileOptions options);
}
