namespace XenKube.Tests.Ignition.Butane;

/// <summary>The messages about documents: Butane's own rules, Ignition's on the result, and how YAML is read.</summary>
public sealed class ButaneRuleTests
{
    private const string ManySources = "only one of the following can be set: inline, local, source";
    private const string Octal = "unreasonable mode would be reasonable if specified in octal; remember to add a leading zero";

    [Theory]
    [InlineData("storage: {files: [{path: /a, contents: {local: a, inline: b}}]}", "error at $.storage.files.0.contents.inline: " + ManySources)]
    [InlineData("storage: {files: [{path: /a, append: [{local: a, source: b}]}]}", "error at $.storage.files.0.append.0.source: " + ManySources)]
    [InlineData("ignition: {config: {replace: {inline: a, source: b}}}", "error at $.ignition.config.replace.source: " + ManySources)]
    [InlineData("storage: {files: [{path: /a, contents: {local: a}}]}", "error at $.storage.files.0.contents.local: local file paths are relative to a files directory that must be specified with -d/--files-dir")]
    [InlineData("systemd: {units: [{name: a.service, contents: x, contents_local: y}]}", "error at $.systemd.units.0.contents_local: only one of the following can be set: contents, contents_local")]
    [InlineData("systemd: {units: [{name: a.service, dropins: [{name: x.conf, contents: x, contents_local: y}]}]}", "error at $.systemd.units.0.dropins.0.contents_local: only one of the following can be set: contents, contents_local")]
    [InlineData("storage: {trees: [{path: /a}]}", "error at $.storage.trees.0: local is required")]
    [InlineData("storage: {trees: [{local: a}, {local: b}]}", "error at $.storage.trees.0: local file paths are relative to a files directory that must be specified with -d/--files-dir")]
    [InlineData("passwd: {users: [{name: a, ssh_authorized_keys_local: [k]}]}", "error at $.passwd.users.0.ssh_authorized_keys_local: local file paths are relative to a files directory that must be specified with -d/--files-dir")]
    [InlineData("storage: {filesystems: [{device: /a, format: swap, with_mount_unit: true}]}", "")]
    // Modes
    [InlineData("storage: {files: [{path: /a, mode: 420}, {path: /b, mode: 0}, {path: /c, mode: 700}, {path: /d, mode: 0777}]}", "warning at $.storage.files.2.mode: " + Octal)]
    [InlineData("storage: {files: [{path: /a, mode: 1777}], directories: [{path: /b, mode: 1777}]}", "warning at $.storage.directories.0.mode: " + Octal)]
    [InlineData("storage: {files: [{path: /a, mode: 888}, {path: /b, mode: 111}, {path: /c, mode: 70000}]}", "error at $.storage.files.2.mode: illegal file mode")]
    [InlineData("storage: {files: [{path: /a, mode: 4755}]}", "warning at $.storage.files.0.mode: " + Octal + "|error at $.storage.files.0.mode: illegal file mode")]
    // Ignition's rules, at the document's places
    [InlineData("storage: {disks: [{device: /d, partitions: [{label: a, type_guid: x, size_mib: 1}]}]}", "error at $.storage.disks.0.partitions.0.type_guid: doesn't match the form \"01234567-89AB-CDEF-EDCB-A98765432101\"")]
    [InlineData("storage: {files: [{path: /a, contents: {source: data:x, http_headers: [{name: a}]}}]}", "error at $.storage.files.0.contents.source: missing media type slash|error at $.storage.files.0.contents.http_headers: cannot use HTTP headers with this source scheme")]
    [InlineData("storage: {luks: [{name: a, device: /d, key_file: {source: x}}]}", "error at $.storage.luks.0.keys: invalid key-file source|error at $.storage.luks.0.key_file.source: invalid url scheme")]
    [InlineData("ignition: {proxy: {https_proxy: \"http://p\"}}", "warning at $.ignition.proxy.https_proxy: insecure plaintext HTTP proxy specified for HTTPS resources")]
    [InlineData("ignition: {security: {tls: {certificate_authorities: [{}]}}}", "error at $.ignition.security.tls.certificate_authorities.0: source is required")]
    [InlineData("kernel_arguments: {should_exist: [a], should_not_exist: [a]}", "error at $.kernel_arguments.should_not_exist.0: duplicate entry defined")]
    [InlineData("systemd: {units: [{name: a@1.service, enabled: true}, {name: a@.service, contents: \"[Unit]\\nA=b\"}]}", "warning at $.systemd.units.0.contents: template unit \"a@.service\" for \"a@1.service\" doesn't have Install section")]
    // Generated units stand first; errors about the user's find their way back.
    [InlineData("storage: {filesystems: [{device: /d, format: ext4, path: /m, with_mount_unit: true}]}\nsystemd: {units: [{name: x.service, contents: \"[A\"}]}", "error at $.systemd.units.0.contents: invalid unit content: unable to find end of section")]
    [InlineData("storage: {filesystems: [{device: d, format: ext4, path: /m, with_mount_unit: true}]}", "error at $.storage.filesystems.0.device: path not absolute")]
    [InlineData("storage: {filesystems: [{device: /d, format: ext4, path: \"/a b\", with_mount_unit: true}], files: [{path: '/etc/systemd/system/a\\x20b.mount'}]}", "error at $.storage.files.0.path: path conflicts with systemd unit or dropin")]
    // Keys and nulls
    [InlineData("boot_device: {}\ngrub: {}\nnetworkd: {}", "warning at $.boot_device: Unused key boot_device|warning at $.grub: Unused key grub|warning at $.networkd: Unused key networkd")]
    [InlineData("storage: {files: [{path: /a, Mode: 1, with: {}}]}", "warning at $.storage.files.0.Mode: Unused key Mode|warning at $.storage.files.0.with: Unused key with")]
    [InlineData("passwd: ~\nstorage: {files: ~}", "warning at $.passwd: context tree does not match content tree at $.passwd. Line and column reporting may be inconsistent. Unused keys may not be reported.")]
    public void Flatcar_1_1_0_gives_its_entries(string body, string expected) =>
        Assert.Equal(expected.Length == 0 ? [] : expected.Split('|'), ButaneRun.OfVersion("flatcar 1.1.0", body).Entries);

    [Theory]
    [InlineData("flatcar 1.0.0", "storage: {files: [{path: /a, mode: 04755}]}", "warning at $.storage.files.0.mode: setuid/setgid/sticky bits are not supported in spec versions older than 3.4.0")]
    [InlineData("flatcar 1.0.0", "storage: {luks: [{name: a, device: /d, discard: true}]}", "warning at $.storage.luks.0.discard: Unused key discard")]
    [InlineData("flatcar 1.0.0", "systemd: {units: [{name: a.service, contents_local: x}]}", "warning at $.systemd.units.0.contents_local: Unused key contents_local")]
    [InlineData("flatcar 1.1.0", "storage: {luks: [{name: a, device: /d, clevis: {threshold: 0}}]}", "error at $.storage.luks.0.clevis: clevis is not supported in this spec version")]
    [InlineData("flatcar 1.1.0", "storage: {luks: [{name: a, device: /d, clevis: {tang: [], custom: {}}}]}", "")]
    [InlineData("fcos 1.5.0", "grub: {users: [{}]}", "error at $.grub.users.0.name: field \"name\" is required|error at $.grub.users.0.password_hash: field \"password_hash\" is required")]
    [InlineData("fcos 1.5.0", "storage: {disks: [{device: /d, partitions: [{label: boot, number: 1}, {label: root, number: 4}]}]}", "warning at $.storage.disks.0.partitions.0.label: incorrect partition number; a new partition will be created using reserved label")]
    [InlineData("fcos 1.5.0", "storage: {disks: [{device: /d, wipe_table: true, partitions: [{label: boot, number: 1}]}]}", "")]
    [InlineData("flatcar 1.1.0", "storage: {disks: [{device: /d, partitions: [{label: boot, number: 1}]}]}", "")]
    [InlineData("fcos 1.5.0", "boot_device: {luks: {tang: [{url: \"x:y\"}]}}", "error at $.boot_device.luks.tang.0.url: invalid url scheme|error at $.storage.luks.0.clevis.tang.0.thumbprint: thumbprint is required")]
    [InlineData("fcos 1.5.0", "boot_device: {mirror: {devices: [a, /b]}}", "error at $.boot_device.mirror.devices.0: path not absolute")]
    [InlineData("fcos 1.4.0", "grub: {}", "warning at $.grub: Unused key grub")]
    [InlineData("fcos 1.4.0", "boot_device: {luks: {discard: true}}", "warning at $.boot_device.luks.discard: Unused key discard")]
    [InlineData("fcos 1.3.0", "kernel_arguments: {}", "warning at $.kernel_arguments: Unused key kernel_arguments")]
    [InlineData("fcos 1.3.0", "storage: {filesystems: [{device: /d, with_mount_unit: true}]}", "error at $.storage.filesystems.0.path: path is required if with_mount_unit is true and format is not swap|error at $.storage.filesystems.0.format: format is required if with_mount_unit is true")]
    [InlineData("fcos 1.2.0", "boot_device: {}", "warning at $.boot_device: Unused key boot_device")]
    [InlineData("fcos 1.1.0", "storage: {luks: []}", "warning at $.storage.luks: Unused key luks")]
    [InlineData("fcos 1.0.0", "storage: {trees: [], files: [{path: /a, contents: {local: x}}]}", "warning at $.storage.trees: Unused key trees|warning at $.storage.files.0.contents.local: Unused key local")]
    [InlineData("fcos 1.0.0", "storage: {files: [{path: /a, contents: {inline: x, source: y}}]}", "error at $.storage.files.0.contents.inline: " + ManySources)]
    [InlineData("fcos 1.6.0-experimental", "storage: {luks: [{name: a, device: /d, cex: {enabled: true}}]}", "warning at $.storage.luks.0.cex: Unused key cex")]
    [InlineData("fcos 1.6.0-experimental", "storage: {filesystems: [{device: /d, format: ext4, path: /m, with_mount_unit: true}]}", "error at $.storage.filesystems.0.path: path must be under /etc or /var if with_mount_unit is true")]
    [InlineData("fcos 1.6.0-experimental", "boot_device: {mirror: {devices: [/d, /e]}}\nstorage: {disks: [{device: /d, partitions: [{label: a}]}]}", "warning at $.storage.disks.0.partitions.0.number: partitions cannot be reused by label; number must be specified except on boot disk (/dev/disk/by-id/coreos-boot-disk) or when wipe_table is true")]
    [InlineData("flatcar 1.2.0-experimental", "storage: {luks: [{name: a, device: /d, clevis: {tpm2: true}}]}", "error at $.storage.luks.0.clevis: clevis is not supported in this spec version")]
    [InlineData("r4e 1.2.0-experimental", "storage: {raid: [{name: a, level: raid0, devices: [/d]}]}", "error at $.storage.raid: raid is not supported in this spec version")]
    public void Version_decides_what_is_said(string version, string body, string expected) =>
        Assert.Equal(expected.Length == 0 ? [] : expected.Split('|'), ButaneRun.OfVersion(version, body).Entries);

    [Theory]
    [InlineData("fcos", "1.6.0-experimental")]
    [InlineData("flatcar", "1.2.0-experimental")]
    [InlineData("r4e", "1.2.0-experimental")]
    public void Experimental_version_of_0_19_is_Ignition_3_5_0_experimental_there_alone(string variant, string version)
    {
        Assert.Equal("{\"ignition\":{\"version\":\"3.5.0-experimental\"}}\n", ButaneRun.OfVersion($"{variant} {version}", "").Output);
        Assert.DoesNotContain("3.5.0-experimental", ButaneRun.OfVersion($"{variant} {version}", "", "--release", "0.29").Output, StringComparison.Ordinal);
    }

    [Fact]
    public void Experimental_openshift_of_0_19_writes_the_users_of_grub_as_contents()
    {
        var run = ButaneRun.OfVersion("openshift 4.15.0-experimental", "metadata: {name: a, labels: {machineconfiguration.openshift.io/role: worker}}\ngrub: {users: [{name: a, password_hash: b}]}", "--raw");
        Assert.Equal(0, run.ExitCode);
        Assert.Contains("\"contents\":{\"compression\":\"\",\"source\":\"data:,%23%20Generated", run.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("append", run.Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("", "error parsing variant; must be specified")]
    [InlineData("# only a comment", "error parsing variant; must be specified")]
    [InlineData("variant: flatcar", "error parsing version; must be a valid semver")]
    [InlineData("variant: flatcar\nversion: 1.1", "error parsing version; must be a valid semver")]
    [InlineData("variant: flatcar\nversion: 1.1.0-", null)]
    [InlineData("variant: flatcar\nversion: 01.1.0", null)]
    [InlineData("variant: flatcar\nversion: 2.0.0", "No translator exists for variant flatcar with version 2.0.0")]
    [InlineData("variant: flatcar\nversion: 1.1.0+x", "No translator exists for variant flatcar with version 1.1.0+x")]
    [InlineData("variant: rhcos\nversion: 0.1.0", "rhcos variant has been removed; use openshift variant instead: https://coreos.github.io/butane/upgrading-openshift/")]
    [InlineData("variant: [flatcar]\nversion: 1.1.0", "Error unmarshaling yaml: yaml: unmarshal errors:\n  line 1: cannot unmarshal !!seq into string")]
    [InlineData("- a", "Error unmarshaling yaml: yaml: unmarshal errors:\n  line 1: cannot unmarshal !!seq into config.commonFields")]
    [InlineData("variant: flatcar\nversion: 1.1.0\nstorage: {}\nstorage: {}", "Error unmarshaling yaml: yaml: unmarshal errors:\n  line 4: mapping key \"storage\" already defined at line 3")]
    [InlineData("variant: flatcar\nversion: 1.1.0\nstorage:\n  files: []\n  files: []", "yaml: unmarshal errors:\n  line 5: mapping key \"files\" already defined at line 4")]
    [InlineData("variant: flatcar\nversion: 1.1.0\nx: *nothing", "Error unmarshaling yaml: yaml: unknown anchor 'nothing' referenced")]
    [InlineData("variant: flatcar\nversion: 1.1.0\nstorage: &a {files: *a}", "yaml: unmarshal errors:\n  line 3: cannot unmarshal !!map into []v0_5.File")]
    [InlineData("variant: flatcar\nversion: 1.1.0\nstorage: !!int x", "yaml: cannot decode !!str `x` as a !!int")]
    [InlineData("variant: fcos\nversion: 1.5.0\nboot_device: {luks: x, mirror: {devices: {}}}\ngrub: {users: [y]}", "yaml: unmarshal errors:\n  line 3: cannot unmarshal !!str `x` into v1_5.BootDeviceLuks\n  line 3: cannot unmarshal !!map into []string\n  line 4: cannot unmarshal !!str `y` into v1_5.GrubUser")]
    [InlineData("variant: flatcar\nversion: 1.0.0\npasswd: {users: [{name: a, uid: averylongtext, system: 1, groups: [[x]], ssh_authorized_keys: x}]}", "yaml: unmarshal errors:\n  line 3: cannot unmarshal !!str `averylo...` into int\n  line 3: cannot unmarshal !!int `1` into bool\n  line 3: cannot unmarshal !!seq into v0_4.Group\n  line 3: cannot unmarshal !!str `x` into []v0_4.SSHAuthorizedKey")]
    [InlineData("variant: flatcar\nversion: 1.1.0\nstorage: {files: [{path: /a, mode: 2001-01-01, contents: {http_headers: x}}]}", "yaml: unmarshal errors:\n  line 3: cannot unmarshal !!timestamp `2001-01-01` into int\n  line 3: cannot unmarshal !!str `x` into v0_5.HTTPHeaders")]
    [InlineData("variant: flatcar\nversion: 1.1.0\nstorage: {<<: 1}", "yaml: map merge requires map or sequence of maps as the value")]
    public void Failure_has_its_closing_line(string document, string? expected)
    {
        var run = ButaneRun.Of(document);
        Assert.Equal(expected is null ? "" : $"Error translating config: {expected}\n", run.Error);
        Assert.Equal((expected is null ? 0 : 1, expected is not null), (run.ExitCode, run.Output.Length == 0));
    }

    [Theory]
    [InlineData("0644", 420)]
    [InlineData("0o644", 420)]
    [InlineData("0x1A4", 420)]
    [InlineData("0b110100100", 420)]
    [InlineData("4_20", 420)]
    [InlineData("420.9", 420)]
    [InlineData("4.2e2", 420)]
    [InlineData("+420", 420)]
    [InlineData("0420.", 420)]
    [InlineData("0389", 389)]
    public void Number_may_be_written_in_many_ways(string text, int mode)
    {
        var run = ButaneRun.OfVersion("flatcar 1.1.0", $"storage: {{files: [{{path: /a, mode: {text}}}]}}");
        Assert.Contains($"\"mode\":{mode}}}", run.Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("yes", "true")]
    [InlineData("\"on\"", "true")]
    [InlineData("N", "false")]
    [InlineData("Off", "false")]
    [InlineData("TRUE", "true")]
    public void Flag_may_be_written_in_many_ways(string text, string expected)
    {
        var run = ButaneRun.OfVersion("flatcar 1.1.0", $"systemd: {{units: [{{name: a.service, enabled: {text}}}]}}");
        Assert.Contains($"\"enabled\":{expected},", run.Output, StringComparison.Ordinal);
    }

    [Fact]
    public void Merge_key_lets_the_mapping_itself_win_wherever_it_stands()
    {
        var run = ButaneRun.OfVersion("flatcar 1.1.0", """
            x: &x {mode: 1, path: /x, overwrite: false}
            y: &y {mode: 2, path: /y}
            storage:
              files:
                - path: /a
                  <<: [*x, *y]
                - <<: *y
                  path: /b
            """);
        Assert.Equal("{\"ignition\":{\"version\":\"3.4.0\"},\"storage\":{\"files\":[{\"overwrite\":false,\"path\":\"/a\",\"mode\":1},{\"path\":\"/b\",\"mode\":2}]}}\n", run.Output);
    }

    [Fact]
    public void Null_items_of_a_list_are_dropped()
    {
        var run = ButaneRun.OfVersion("flatcar 1.1.0", "passwd: {users: [~, {name: a, groups: [~, g, null]}]}");
        Assert.Equal("{\"ignition\":{\"version\":\"3.4.0\"},\"passwd\":{\"users\":[{\"groups\":[\"g\"],\"name\":\"a\"}]}}\n", run.Output);
    }

    [Fact]
    public void Aliases_that_multiply_are_refused_at_once()
    {
        var bomb = "a: &a [k, k, k, k, k, k, k, k, k, k]\nx0: &x0 {ssh_authorized_keys: *a}\n"
            + "l: &l [" + string.Join(',', Enumerable.Repeat("*x0", 2_000)) + "]\npasswd: {users: *l}";
        Assert.Contains("document contains excessive aliasing", ButaneRun.OfVersion("flatcar 1.1.0", bomb + "\nz: 1").Error, StringComparison.Ordinal);
    }

    [Fact]
    public void Deep_nesting_is_refused_or_passed_over_without_a_stack()
    {
        var run = ButaneRun.OfVersion("flatcar 1.1.0", "x: " + new string('[', 100_000));
        Assert.Equal((1, true), (run.ExitCode, run.Error.StartsWith("Error translating config: ", StringComparison.Ordinal)));
    }

    [Fact]
    public void Damaged_documents_get_an_answer()
    {
        var random = new Random(7);
        var document = """
            variant: fcos
            version: 1.5.0
            boot_device: {luks: {tpm2: true}, mirror: {devices: [/a, /b]}}
            grub: {users: [{name: a, password_hash: b}]}
            storage:
              luks: [{name: x, device: /d, clevis: {tang: [{url: "http://t", thumbprint: x}]}}]
              filesystems: [{device: /dev/mapper/x, format: ext4, path: /m, with_mount_unit: yes, mount_options: [a]}]
              files: &f
                - {path: /a, mode: 0644, contents: {inline: "x\u0000\xff"}}
            systemd: {units: [{name: m.mount, enabled: false}]}
            """.Replace("\r", "", StringComparison.Ordinal);
        var bytes = System.Text.Encoding.UTF8.GetBytes(document);
        Assert.Equal(0, ButaneRun.Of(bytes).ExitCode);
        for (var length = 0; length < bytes.Length; length += 2)
        {
            Check(bytes[..length]);
        }
        for (var i = 0; i < 1500; i++)
        {
            var flipped = bytes.ToArray();
            flipped[random.Next(flipped.Length)] ^= (byte)(1 << random.Next(8));
            Check(flipped);
        }

        static void Check(byte[] bytes)
        {
            var run = ButaneRun.Of(bytes);
            Assert.Equal(run.ExitCode == 0, run.Output.Length > 0);
        }
    }
}
