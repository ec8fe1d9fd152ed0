namespace XenKube.Commands.Drives;

/// <summary>Marks a question of Test-Path: other commands ask whether an item exists before they do something with it.</summary>
internal sealed class NodeDiskExistsParameters;
