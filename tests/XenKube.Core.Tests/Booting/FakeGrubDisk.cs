using XenKube.Booting.Grub;

namespace XenKube.Tests.Booting;

/// <summary>A disk of files by their names, such as <c>(hd0,gpt6)/grub.cfg</c>.</summary>
internal sealed class FakeGrubDisk : IGrubDisk
{
    public Dictionary<string, string> Files { get; } = [];

    public Dictionary<string, string> Devices { get; } = [];

    public (string Device, Guid Id)? Slot { get; set; }

    public string? Search(string kind, string value) => Devices.GetValueOrDefault($"{kind} {value}");

    public string? ReadText(string device, string path) => Files.GetValueOrDefault($"({device}){path}");

    public bool Test(char kind, string device, string path) => kind == 'd'
        ? Files.Keys.Any(name => name.StartsWith($"({device}){path}/", StringComparison.Ordinal))
        : Files.TryGetValue($"({device}){path}", out var text) && (kind != 's' || text.Length > 0);

    public string NameOf(string device, string path) => $"{device}:{path}";

    public (string Device, Guid Id)? NextSlot() => Slot;
}
