namespace XenKube.Parsing.Yaml;

/// <summary>A place in a document: all three count from 0, the column and the index in code points.</summary>
internal readonly record struct YamlMark(int Index, int Line, int Column);
