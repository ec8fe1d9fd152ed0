namespace XenKube.Ignition.Generation2;

/// <summary>A systemd unit.</summary>
internal sealed class Ign2Unit
{
    public string Contents { get; set; } = "";

    public List<Ign2Dropin> Dropins { get; set; } = [];

    public bool Enable { get; set; }

    public bool? Enabled { get; set; }

    public bool Mask { get; set; }

    public string Name { get; set; } = "";
}
