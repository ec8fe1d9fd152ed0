namespace XenKube.Ignition.Generation2;

/// <summary>A device with a file system on it.</summary>
internal sealed class Ign2Mount
{
    public Ign2Create? Create { get; set; }

    public string Device { get; set; } = "";

    public string Format { get; set; } = "";

    public string? Label { get; set; }

    public List<string> Options { get; set; } = [];

    public string? Uuid { get; set; }

    public bool WipeFilesystem { get; set; }
}
