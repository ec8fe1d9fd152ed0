using XenKube.Booting.Grub;
using XenKube.Tests.Support;

namespace XenKube.Tests.Booting;

/// <summary>GRUB's script language, as far as boot chains use it.</summary>
public class GrubMachineTests
{
    // The shape of Flatcar's script of 2025; the values are those of the GRUB platform xen.
    private const string Flatcar = """
        # Load modules that may be missing.
        insmod all_video
        set default="flatcar"
        set timeout=1
        set linux_root="root=LABEL=ROOT"
        set linux_console=""
        set first_boot=""
        set oem=""
        set secure_boot="0"
        search --no-floppy --set oem --part-label OEM --hint hd0,gpt6 --hint=hd1,gpt6
        if [ -n "$oem" -a "$secure_boot" = "0" ]; then
            set oem_id=""
            source "($oem)/grub.cfg"
            if [ -n "$oem_id" ]; then
                set oem="flatcar.oem.id=$oem_id"
            else
                set oem=""
            fi
        fi
        if [ -f "($root)/flatcar/first_boot" ]; then
            set first_boot="flatcar.first_boot=detected"
        fi
        if [ -z "$linux_console" ]; then
            if [ "$grub_platform" = pc ]; then
                set linux_console="console=ttyS0,115200n8 console=tty0"
                serial com0 --speed=115200 --word=8 --parity=no
                terminal_input console serial_com0
            elif [ "$grub_platform" = efi ]; then
                set linux_console="console=ttyS0,115200n8 console=tty0"
            elif [ "$grub_platform" = xen ]; then
                set linux_console="console=hvc0"
            fi
        fi
        set linux_cmdline="rootflags=rw $linux_root $linux_console $first_boot $linux_append $oem"
        set suf=""
        if [ "$grub_platform" = efi ]; then
            set suf="efi"
        fi
        function gptprio {
            gptprio.next -d usr_device -u usr_uuid
            if [ "$usr_uuid" = "7130c94a-213a-4e5a-8e26-6cce9662f132" ]; then
                set gptprio_kernel="/flatcar/vmlinuz-a"
            else
                set gptprio_kernel="/flatcar/vmlinuz-b"
            fi
            echo "Booting usr $usr_uuid"
            set gptprio_cmdline="mount.usr=/dev/mapper/usr verity.usr=PARTUUID=$usr_uuid"
        }
        menuentry "Flatcar default" --id=flatcar --unrestricted {
            gptprio
            linux$suf $gptprio_kernel $gptprio_cmdline $linux_cmdline
        }
        menuentry "Flatcar USR-A" --id=flatcar-a {
            linux$suf /flatcar/vmlinuz-a mount.usr=/dev/mapper/usr verity.usr=PARTLABEL=USR-A $linux_cmdline
        }
        """;

    [Fact]
    public void Script_of_flatcar_gives_the_command_line_of_its_grub()
    {
        var disk = Disk();
        var machine = Run(Flatcar, disk);
        machine.Run(machine.Choose()!);
        Assert.Equal("/flatcar/vmlinuz-b", machine.Kernel!.Path.Path);
        Assert.Equal(
            "mount.usr=/dev/mapper/usr verity.usr=PARTUUID=e03dd35c-7c2d-4a47-b3fe-27f15780a57c rootflags=rw root=LABEL=ROOT console=hvc0 "
                + "flatcar.first_boot=detected quiet net.ifnames=0 flatcar.oem.id=xen",
            string.Join(' ', machine.Kernel.Arguments));
    }

    [Fact]
    public void Each_argument_knows_the_line_that_wrote_it()
    {
        var machine = Run(Flatcar, Disk());
        machine.Run(machine.Choose()!);
        var origins = machine.Kernel!.Arguments.ToDictionary(word => word.ToString(), word => word.Pieces[0].Origin.ToString());
        Assert.Equal("hd0,gpt6:/grub.cfg, line 2", origins["quiet"]);
        Assert.Equal("grub.cfg, line 5", origins["root=LABEL=ROOT"]);
        Assert.Equal("grub.cfg, line 31", origins["console=hvc0"]);
    }

    [Fact]
    public void Entry_is_chosen_by_id_title_or_number()
    {
        var machine = Run(Flatcar, Disk());
        Assert.Equal("flatcar", machine.Choose()!.Id);
        Assert.Equal("flatcar-a", machine.Choose("flatcar-a")!.Id);
        Assert.Equal("flatcar-a", machine.Choose("Flatcar USR-A")!.Id);
        Assert.Equal("flatcar-a", machine.Choose("1")!.Id);
        Assert.Equal("flatcar", machine.Choose("gone")!.Id);
    }

    [Theory]
    [InlineData("""set a="x  y"; set b=$a; set c='$a'; set d=\$a""", "x  y|x|$a|$a")]
    [InlineData("set a=1 b=2; set c=\"$a${b}3\"; set d=$c$c", "1|2|123|123123")]
    [InlineData("a=one\nb=\"$a two\"\nset c=${b}\nd=''", "one|one two|one|")]
    [InlineData("set a=x; unset a; set b=\"[$a]\"; set c=a#b; set d=1 # comment", "|[]|a#b|1")]
    [InlineData("set a=\"one\\\ntwo\"\nset b=thr\\\nee", "one\\\ntwo|three||")]
    [InlineData("if false; then set a=1; elif true; then set b=1; else set c=1; fi; set d=$?", "|1||0")]
    [InlineData("if [ a = b ] ; then set a=1\nelse\nset c=1\nfi", "||1|")]
    public void Words_are_expanded_as_in_grub(string script, string expected)
    {
        var machine = Run(script, new FakeGrubDisk());
        Assert.Equal(expected, string.Join('|', ((string[])["a", "b", "c", "d"]).Select(name => machine.Get(name).ToString())));
    }

    [Theory]
    [InlineData("", false)]
    [InlineData("x", true)]
    [InlineData("-n x", true)]
    [InlineData("-n ''", false)]
    [InlineData("-z ''", true)]
    [InlineData("! -z ''", false)]
    [InlineData("! x", false)]
    [InlineData("a = a", true)]
    [InlineData("a == b", false)]
    [InlineData("a != b", true)]
    [InlineData("-z '' -a a = a", true)]
    [InlineData("-z x -o a = a", true)]
    [InlineData("-z x -o a = b", false)]
    [InlineData("x -o y -a ''", true)]
    [InlineData("( x -o y ) -a ''", false)]
    [InlineData("10 -gt 9", true)]
    [InlineData("10 -lt 9", false)]
    [InlineData("9 -le 9", true)]
    [InlineData("-f /there", true)]
    [InlineData("-f /gone", false)]
    [InlineData("-d /directory", true)]
    [InlineData("-e (hd0,gpt6)/grub.cfg", true)]
    [InlineData("-s /empty", false)]
    public void Test_is_decided_as_in_grub(string expression, bool expected)
    {
        var disk = Disk();
        disk.Files["(hd0,gpt1)/there"] = "x";
        disk.Files["(hd0,gpt1)/empty"] = "";
        disk.Files["(hd0,gpt1)/directory/x"] = "x";
        Assert.Equal(expected ? "yes" : "no", Run($"if [ {expression} ]; then set r=yes; else set r=no; fi", disk).Get("r").ToString());
    }

    [Theory]
    [InlineData("set a=1\nfrobnicate x", "line 2", "frobnicate")]
    [InlineData("for i in 1 2; do echo; done", "line 1", "'for'")]
    [InlineData("set a=1 | cat", "line 1", "'|'")]
    [InlineData("search --fancy x", "line 1", "--fancy")]
    public void Unknown_command_is_an_error_with_its_line(string script, string line, string feature)
    {
        var error = Assert.Throws<UnsupportedFeatureException>(() => Run(script, new FakeGrubDisk()));
        Assert.Contains(line, error.Place, StringComparison.Ordinal);
        Assert.Contains(feature, error.Feature, StringComparison.Ordinal);
    }

    /// <summary>A command of half a million words is read in one go: the time goes with its length.</summary>
    [Fact]
    public void Command_of_very_many_words_is_read() =>
        Assert.Equal("1", Run($"echo{string.Concat(Enumerable.Repeat(" a", 500_000))}\nset a=1", new FakeGrubDisk()).Get("a").ToString());

    [Fact]
    public void Unknown_command_off_the_way_does_not_matter() =>
        Assert.Equal("1", Run("if false; then frobnicate; fi\nfunction f { frobnicate; }\nset a=1", new FakeGrubDisk()).Get("a").ToString());

    [Theory]
    [InlineData("function f { f; }\nf")]
    [InlineData("function f { source /self; }\nf")]
    [InlineData("set a=xxxxxxxxxxxxxxxx\nfunction f { set a=\"$a$a$a$a$a$a$a$a\"; }\nf\nf\nf\nf\nf\nf\nf\nf")]
    [InlineData("function a { b; b; b; b; b; b; b; b; }\nfunction b { c; c; c; c; c; c; c; c; }\nfunction c { d; d; d; d; d; d; d; d; }\nfunction d { e; e; e; e; e; e; e; e; }\nfunction e { g; g; g; g; g; g; g; g; }\nfunction g { true; true; true; true; true; true; true; true; }\na")]
    [InlineData("function a { b; b; b; b; b; b; b; b; }\nfunction b { c; c; c; c; c; c; c; c; }\nfunction c { search --label gone; search --label gone; search --label gone; search --label gone; }\na")]
    [InlineData("function a { b; b; b; b; b; b; b; b; }\nfunction b { c; c; c; c; c; c; c; c; }\nfunction c { if [ -f /x ]; then true; fi; if [ -f /x ]; then true; fi; if [ -f /x ]; then true; fi; if [ -f /x ]; then true; fi; }\na")]
    [InlineData("source /long\nsource /long\nsource /long\nsource /long\nsource /long\nsource /long\nsource /long\nsource /long\nsource /long")]
    [InlineData("set a=xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx\nfunction g { set a=\"$a$a\"; }\ng\ng\ng\ng\ng\ng\ng\ng\ng\ng\nfunction e { f; f; f; f; f; f; f; f; }\nfunction f { echo $a$a$a$a$a$a$a$a; echo $a$a$a$a$a$a$a$a; echo $a$a$a$a$a$a$a$a; echo $a$a$a$a$a$a$a$a; echo $a$a$a$a$a$a$a$a; echo $a$a$a$a$a$a$a$a; echo $a$a$a$a$a$a$a$a; echo $a$a$a$a$a$a$a$a; }\ne\ne")]
    public void Script_without_end_is_stopped(string script)
    {
        var disk = Disk();
        disk.Files["(hd0,gpt1)/self"] = "source /self";
        disk.Files["(hd0,gpt1)/long"] = new string('#', 2 << 20);
        Assert.Equal(ErrorIds.CorruptBootScript, Assert.Throws<CorruptImageException>(() => Run(script, disk)).Id);
    }

    [Theory]
    [Trait("Kind", "Process")]
    [InlineData("if true; then set a=1; fi")]
    [InlineData("if true; then set a=1")]
    [InlineData("if true; set a=1; fi")]
    [InlineData("fi")]
    [InlineData("set a=\"x")]
    [InlineData("set a='x'")]
    [InlineData("function f { set a=1; }")]
    [InlineData("function f { set a=1;")]
    [InlineData("menuentry \"x\" { linux /y }")]
    [InlineData("menuentry \"x\" {\n linux /y\n}\n")]
    [InlineData("}")]
    [InlineData("set a=${b}c")]
    [InlineData("if [ a = b ]; then\nset a=1\nelif [ c = d ]; then\nset b=1\nelse\nset c=1\nfi")]
    [InlineData("if true; then else set a=1; fi")]
    [InlineData("# only a comment")]
    [InlineData("set a=1;\n\n;set b=2")]
    [InlineData("function f { set a=1 }")]
    [InlineData("function f { }")]
    [InlineData("function f\n{ a\n}")]
    [InlineData("menuentry x { }")]
    [InlineData("menuentry x\n{ a\n}")]
    [InlineData("menuentry x { a; } b")]
    [InlineData("if true then a; fi")]
    [InlineData("if true\nthen a\nfi")]
    [InlineData("if true; then a; fi b")]
    [InlineData("if true; then a; fi; b")]
    [InlineData("if ; then a; fi")]
    [InlineData("a;;b")]
    [InlineData("a }")]
    [InlineData("a {b}")]
    [InlineData("a b{c")]
    [InlineData("{ a; }")]
    [InlineData(Flatcar)]
    public void Syntax_is_judged_as_by_grub_script_check(string script)
    {
        Tool.Need("grub-script-check");
        var judged = Tool.Run("grub-script-check", [], System.Text.Encoding.UTF8.GetBytes(script + "\ntrue\n"));
        string? error = null;
        try
        {
            GrubParser.Parse(script + "\ntrue\n", "script");
        }
        catch (CorruptImageException e)
        {
            error = e.Message;
        }
        Assert.True((error is null) == (judged.ExitCode == 0), $"ours: {error ?? "good"}; grub-script-check: {judged.ExitCode} {judged.All}");
    }

    private static FakeGrubDisk Disk()
    {
        var disk = new FakeGrubDisk { Slot = ("hd0,gpt4", new Guid("e03dd35c-7c2d-4a47-b3fe-27f15780a57c")) };
        disk.Devices["part-label OEM"] = "hd0,gpt6";
        disk.Files["(hd0,gpt6)/grub.cfg"] = "set oem_id=\"xen\"\nset linux_append=\"quiet net.ifnames=0\"\n";
        disk.Files["(hd0,gpt1)/flatcar/first_boot"] = "";
        disk.Files["(hd0,gpt1)/flatcar/vmlinuz-b"] = "kernel";
        return disk;
    }

    private static GrubMachine Run(string script, FakeGrubDisk disk)
    {
        var machine = new GrubMachine(disk, new Dictionary<string, string> { ["root"] = "hd0,gpt1", ["grub_platform"] = "xen", ["grub_cpu"] = "x86_64" });
        machine.Run(script, "grub.cfg");
        return machine;
    }
}
